package io.ipamrepair.bench;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What an etcd says of itself, for Prometheus. */
final class EtcdMetrics {
  private static final Pattern CPU = pattern("process_cpu_seconds_total (\\S+)");
  private static final Pattern VERSION =
      pattern("etcd_server_version\\{server_version=\"([^\"]+)\"\\} 1");

  private final HttpClient client = HttpClient.newHttpClient();
  private final URI address;

  EtcdMetrics(URI endpoint) {
    this.address = endpoint.resolve("/metrics");
  }

  private static Pattern pattern(String line) {
    return Pattern.compile("^" + line + "$", Pattern.MULTILINE);
  }

  /** The processor time of the server since its start, in seconds. */
  double cpuSeconds() throws IOException, InterruptedException {
    return Double.parseDouble(find(CPU));
  }

  /** Its release. */
  String version() throws IOException, InterruptedException {
    return find(VERSION);
  }

  private String find(Pattern line) throws IOException, InterruptedException {
    String all =
        client
            .send(HttpRequest.newBuilder(address).build(), HttpResponse.BodyHandlers.ofString())
            .body();
    Matcher found = line.matcher(all);
    if (!found.find()) {
      throw new IOException("expected " + line + " in " + address + ", found none");
    }
    return found.group(1);
  }
}
