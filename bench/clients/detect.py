"""Python's own HTTP clients: urllib for one image by its bytes, http.client for a batch as JSON on one connection."""

import base64
import http.client
import json
import platform
import sys
import urllib.error
import urllib.parse
import urllib.request

url, key, path = sys.argv[1:]
image = open(path, "rb").read()
bearer = {"Authorization": f"Bearer {key}"}


def by_urllib(path, body, headers):
    try:
        with urllib.request.urlopen(urllib.request.Request(url + path, body, headers)) as answer:
            return json.load(answer)
    except urllib.error.HTTPError as refused:
        return json.load(refused)


connection = http.client.HTTPConnection(urllib.parse.urlsplit(url).netloc)


def on_connection(method, path, value=None):
    body = None if value is None else json.dumps(value)
    connection.request(method, path, body, {**bearer, "Content-Type": "application/json"})
    return json.loads(connection.getresponse().read())


encoded = base64.b64encode(image).decode()
print(
    json.dumps(
        {
            "version": f"Python {platform.python_version()}, urllib and http.client",
            "detect": by_urllib("/v1/detect?include_heatmap=true", image, {**bearer, "Content-Type": "image/jpeg"}),
            "refused": by_urllib("/v1/detect", image, {"Content-Type": "image/jpeg"}),
            "batch": on_connection("POST", "/v1/detect/batch", {"images": [{"image_base64": encoded}, {"image_base64": "?"}]}),
            "usage": on_connection("GET", "/v1/usage"),
        }
    )
)
