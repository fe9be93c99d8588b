/** The manifest store as the library gives it, as far as it is looked at. It is hostile: any field may be absent. */
export interface ManifestStore {
  active_manifest?: string;
  manifests?: Record<string, Manifest>;
  validation_results?: {
    activeManifest?: StatusCodes;
    ingredientDeltas?: IngredientDelta[];
    trustListUri?: string;
  };
  validation_state?: string;
}

export interface Manifest {
  title?: string;
  claim_generator?: string;
  claim_generator_info?: { name?: string; version?: string }[];
  signature_info?: { alg?: string; issuer?: string; common_name?: string; time?: string };
  assertions?: { label?: string; data?: unknown }[];
  ingredients?: Ingredient[];
}

export interface Ingredient {
  title?: string;
  format?: string;
  relationship?: string;
  instance_id?: string;
  active_manifest?: string;
  label?: string;
  validation_results?: { activeManifest?: StatusCodes; ingredientDeltas?: IngredientDelta[] };
  validation_status?: Status[];
}

export interface IngredientDelta {
  ingredientAssertionURI?: string;
  validationDeltas?: StatusCodes;
}

export interface StatusCodes {
  success?: Status[];
  informational?: Status[];
  failure?: Status[];
}

export interface Status {
  code?: string;
  url?: string;
  explanation?: string;
  success?: boolean;
}

/** The library's "crJSON": certificates are told here alone. */
export interface Details {
  manifests?: {
    label?: string;
    signature?: {
      algorithm?: string;
      certificateInfo?: {
        issuer?: Record<string, string>;
        subject?: Record<string, string>;
        validity?: { notBefore?: string; notAfter?: string };
      };
    };
  }[];
}
