import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;

/** Java's own HTTP client, which asks for HTTP/2 by an upgrade that the server may pass over: one image as JSON, a batch. */
public class Detect {
  private static final HttpClient CLIENT = HttpClient.newHttpClient();

  private static String send(HttpRequest.Builder request) throws Exception {
    return CLIENT.send(request.build(), BodyHandlers.ofString()).body();
  }

  public static void main(String[] args) throws Exception {
    final String url = args[0];
    final String bearer = "Bearer " + args[1];
    final String image = Base64.getEncoder().encodeToString(Files.readAllBytes(Path.of(args[2])));
    final String one = "{\"image_base64\": \"" + image + "\", \"include_heatmap\": true}";
    final String batch = "{\"images\": [{\"image_base64\": \"" + image + "\"}, {\"image_base64\": \"?\"}]}";
    final HttpRequest.Builder detect =
        HttpRequest.newBuilder(URI.create(url + "/v1/detect")).header("Content-Type", "application/json");
    final String refused = send(detect.copy().POST(BodyPublishers.ofString(one)));
    final String answer = send(detect.copy().header("Authorization", bearer).POST(BodyPublishers.ofString(one)));
    final String together =
        send(
            HttpRequest.newBuilder(URI.create(url + "/v1/detect/batch"))
                .header("Content-Type", "application/json")
                .header("Authorization", bearer)
                .POST(BodyPublishers.ofString(batch)));
    final String usage =
        send(HttpRequest.newBuilder(URI.create(url + "/v1/usage")).header("Authorization", bearer));
    System.out.printf(
        "{\"version\": \"Java %s, java.net.http\", \"detect\": %s, \"refused\": %s, \"batch\": %s, \"usage\": %s}%n",
        Runtime.version().feature(), answer, refused, together, usage);
  }
}
