// Generated from api/openapi.yaml by `npm run generate`; edit that.

/** Every operation of the contract. */
export const OPERATIONS = [
  {
    "operationId": "detect",
    "method": "POST",
    "path": "/v1/detect",
    "endpoint": "detect"
  },
  {
    "operationId": "detectBatch",
    "method": "POST",
    "path": "/v1/detect/batch",
    "endpoint": "detect_batch"
  },
  {
    "operationId": "forensics",
    "method": "POST",
    "path": "/v1/forensics",
    "endpoint": "forensics"
  },
  {
    "operationId": "c2paVerify",
    "method": "POST",
    "path": "/v1/c2pa/verify",
    "endpoint": "c2pa_verify"
  },
  {
    "operationId": "usage",
    "method": "GET",
    "path": "/v1/usage",
    "endpoint": "usage"
  },
  {
    "operationId": "listKeys",
    "method": "GET",
    "path": "/v1/keys",
    "endpoint": "admin"
  },
  {
    "operationId": "createKey",
    "method": "POST",
    "path": "/v1/keys",
    "endpoint": "admin"
  },
  {
    "operationId": "getKey",
    "method": "GET",
    "path": "/v1/keys/{id}",
    "endpoint": "admin"
  },
  {
    "operationId": "revokeKey",
    "method": "DELETE",
    "path": "/v1/keys/{id}",
    "endpoint": "admin"
  },
  {
    "operationId": "rotateKey",
    "method": "POST",
    "path": "/v1/keys/{id}/rotate",
    "endpoint": "admin"
  },
  {
    "operationId": "listModels",
    "method": "GET",
    "path": "/v1/models",
    "endpoint": "models"
  },
  {
    "operationId": "getModel",
    "method": "GET",
    "path": "/v1/models/{id}",
    "endpoint": "models"
  },
  {
    "operationId": "getArtifactPicture",
    "method": "GET",
    "path": "/v1/artifacts/{id}.png",
    "endpoint": null
  },
  {
    "operationId": "getArtifactReport",
    "method": "GET",
    "path": "/v1/artifacts/{id}.html",
    "endpoint": null
  },
  {
    "operationId": "health",
    "method": "GET",
    "path": "/v1/health",
    "endpoint": null
  },
  {
    "operationId": "livez",
    "method": "GET",
    "path": "/livez",
    "endpoint": null
  },
  {
    "operationId": "readyz",
    "method": "GET",
    "path": "/readyz",
    "endpoint": null
  },
  {
    "operationId": "metrics",
    "method": "GET",
    "path": "/metrics",
    "endpoint": null
  },
  {
    "operationId": "openapi",
    "method": "GET",
    "path": "/openapi.json",
    "endpoint": null
  },
  {
    "operationId": "docs",
    "method": "GET",
    "path": "/docs",
    "endpoint": null
  },
  {
    "operationId": "docsFile",
    "method": "GET",
    "path": "/docs/{file}",
    "endpoint": null
  }
] as const;

/** The fields of each request schema and their JSON types. */
export const FIELDS = {
  "ForensicsOptions": {
    "ela_quality": "integer",
    "maps": "boolean",
    "map_max_px": "integer",
    "overlay": "boolean",
    "report": "boolean"
  },
  "NoOptions": {},
  "DetectOptions": {
    "include_attribution": "boolean",
    "include_heatmap": "boolean",
    "include_forensics": "boolean",
    "heatmap_inline": "boolean",
    "model_threshold": "number",
    "metadata": "object",
    "model": "string"
  },
  "BatchOptions": {
    "include_attribution": "boolean",
    "include_heatmap": "boolean",
    "include_forensics": "boolean",
    "heatmap_inline": "boolean",
    "model_threshold": "number",
    "metadata": "object",
    "model": "string"
  },
  "BatchImageFields": {
    "id": "string",
    "metadata": "object"
  },
  "CreateKeyRequest": {
    "name": "string",
    "livemode": "boolean",
    "scopes": "array",
    "ip_allowlist": "array",
    "expires_at": "string"
  },
  "RotateKeyRequest": {
    "grace_seconds": "integer"
  }
} as const;
