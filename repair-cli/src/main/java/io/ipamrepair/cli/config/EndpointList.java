package io.ipamrepair.cli.config;

import java.net.URI;
import java.net.URISyntaxException;
import java.util.ArrayList;
import java.util.List;

/** Reads a list of endpoints with etcdctl's meanings. */
final class EndpointList {
  private static final int DEFAULT_PORT = 2379;

  private final List<String> problems;

  EndpointList(List<String> problems) {
    this.problems = problems;
  }

  /**
   * The endpoints.
   *
   * @param text comma-separated; without a scheme {@code http} is meant, or {@code https} where TLS
   *     options are given
   * @param tls whether TLS options are given
   * @param source where the list stands, for messages
   */
  List<URI> read(String text, boolean tls, String source) {
    List<URI> endpoints = new ArrayList<>();
    for (String part : text.split(",")) {
      String trimmed = part.trim();
      if (!trimmed.isEmpty()) {
        endpoint(trimmed, tls, source, endpoints);
      }
    }
    if (endpoints.isEmpty() && problems.isEmpty()) {
      problems.add(
          source + ": no endpoint in '" + text + "'; expected URLs such as https://10.0.0.1:2379");
    }
    if (endpoints.stream().map(URI::getScheme).distinct().count() > 1) {
      problems.add(source + ": http and https are mixed; all endpoints must be of one kind");
    }
    return endpoints;
  }

  private void endpoint(String text, boolean tls, String source, List<URI> endpoints) {
    String url = text.contains("://") ? text : (tls ? "https://" : "http://") + text;
    try {
      URI uri = new URI(url);
      boolean scheme = "http".equals(uri.getScheme()) || "https".equals(uri.getScheme());
      boolean bare =
          uri.getRawPath() == null || uri.getRawPath().isEmpty() || uri.getRawPath().equals("/");
      if (!scheme
          || uri.getHost() == null
          || !bare
          || uri.getRawQuery() != null
          || uri.getRawUserInfo() != null) {
        problems.add(
            source
                + ": '"
                + text
                + "' is no endpoint; expected a URL such as https://10.0.0.1:2379 or http://[::1]:2379");
        return;
      }
      endpoints.add(
          new URI(
              uri.getScheme(),
              null,
              uri.getHost(),
              uri.getPort() < 0 ? DEFAULT_PORT : uri.getPort(),
              null,
              null,
              null));
    } catch (URISyntaxException wrong) {
      problems.add(source + ": '" + text + "' is no endpoint: " + wrong.getReason());
    }
  }
}
