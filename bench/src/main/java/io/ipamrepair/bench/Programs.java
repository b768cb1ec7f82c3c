package io.ipamrepair.bench;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The programs that are measured.
 *
 * @param etcdctl etcd's own client
 * @param etcdctlVersion its release
 * @param launcher what starts ipam-repair
 * @param java the runtime that the launcher takes
 */
record Programs(String etcdctl, String etcdctlVersion, String launcher, String java) {
  private static final String GET_ETCDCTL =
      "; Debian's package is `etcd-client`, or set ETCDCTL_BIN to the program";

  /** Finds them; fails where one is missing. */
  static Programs find(Meter meter) throws IOException {
    String etcdctl = System.getenv().getOrDefault("ETCDCTL_BIN", "etcdctl");
    Meter.Outcome asked = meter.run(List.of(etcdctl, "version"), ownVariables(), true).outcome();
    if (asked.exit() != 0 || !asked.out().startsWith("etcdctl version: 3.")) {
      throw new IOException(
          "expected etcdctl of etcd 3, found "
              + etcdctl
              + ": "
              + asked.out()
              + asked.errors().strip()
              + GET_ETCDCTL);
    }
    String version = asked.out().lines().findFirst().orElseThrow();
    return new Programs(
        etcdctl,
        version.substring(version.lastIndexOf(' ') + 1),
        executable(System.getProperty("ipamrepair.launcher", "")),
        executable(Path.of(System.getProperty("java.home"), "bin", "java").toString()));
  }

  private static String executable(String path) throws IOException {
    if (!Files.isExecutable(Path.of(path))) {
      throw new IOException("expected a program " + path + ", found none; bench/run builds it");
    }
    return path;
  }

  /** Settings of either client that are meant for another etcd than the one that is read. */
  private static Map<String, String> ownVariables() {
    Map<String, String> unset = new HashMap<>();
    System.getenv().keySet().stream()
        .filter(name -> name.startsWith("ETCDCTL_") || name.startsWith("ETCD_"))
        .forEach(name -> unset.put(name, ""));
    return unset;
  }

  /** What they run with: nothing of what else is set, and where the etcd is. */
  Map<String, String> environment(URI endpoint) {
    Map<String, String> environment = ownVariables();
    environment.put("ETCDCTL_ENDPOINTS", endpoint.toString());
    return environment;
  }
}
