package io.ipamrepair.cni;

import io.ipamrepair.cidr.IpAddress;
import io.ipamrepair.json.Json;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/** A pod's endpoint as the plugin writes it (reference, section 3.7). */
record EndpointValue(Pod pod, IpAddress address, String uid, Instant createdAt) {
  private static final String LABELS = "projectcalico.org/";

  String encode() {
    SortedMap<String, String> labels = new TreeMap<>(pod.labels());
    labels.put(LABELS + "namespace", pod.namespace());
    labels.put(LABELS + "orchestrator", "k8s");
    labels.put(LABELS + "serviceaccount", pod.serviceAccount());
    Map<String, Json> labelled = new LinkedHashMap<>();
    labels.forEach((name, value) -> labelled.put(name, new Json.Text(value)));
    Json.Obj metadata =
        Json.Obj.of(
            "name", new Json.Text(pod.endpointName()),
            "generateName", new Json.Text(pod.generateName()),
            "namespace", new Json.Text(pod.namespace()),
            "uid", new Json.Text(uid),
            "creationTimestamp",
                new Json.Text(createdAt.truncatedTo(ChronoUnit.SECONDS).toString()),
            "labels", new Json.Obj(labelled));
    Json.Obj spec =
        Json.Obj.of(
            "orchestrator", new Json.Text("k8s"),
            "node", new Json.Text(pod.node()),
            "containerID", new Json.Text(pod.containerId()),
            "pod", new Json.Text(pod.name()),
            "endpoint", new Json.Text("eth0"),
            "serviceAccountName", new Json.Text(pod.serviceAccount()),
            "ipNetworks", Json.Array.ofTexts(List.of(address + "/32")),
            "profiles",
                Json.Array.ofTexts(
                    List.of(
                        "kns." + pod.namespace(),
                        "ksa." + pod.namespace() + "." + pod.serviceAccount())),
            "interfaceName", new Json.Text(interfaceName()),
            "mac", new Json.Text(pod.mac()));
    return Json.Obj.of(
            "kind",
            new Json.Text("WorkloadEndpoint"),
            "apiVersion",
            new Json.Text("projectcalico.org/v3"),
            "metadata",
            metadata,
            "spec",
            spec)
        .encode()
        .display();
  }

  private String interfaceName() {
    try {
      byte[] hash =
          MessageDigest.getInstance("SHA-1")
              .digest((pod.namespace() + "." + pod.name()).getBytes(StandardCharsets.UTF_8));
      return "cali" + HexFormat.of().formatHex(hash).substring(0, 11);
    } catch (NoSuchAlgorithmException impossible) {
      throw new IllegalStateException(impossible);
    }
  }
}
