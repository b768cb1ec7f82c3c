package io.ipamrepair.calico;

import java.time.Instant;
import java.util.Map;
import java.util.Optional;

/**
 * What every resource of Calico's says of itself.
 *
 * @param kind as written; empty when absent
 * @param apiVersion as written; empty when absent
 * @param name as written; empty when absent
 * @param namespace as written; empty when absent
 * @param generateName what pods of one workload have in common; empty when absent
 * @param uid empty when absent: then calicoctl cannot update it
 * @param created nothing when absent: then calicoctl cannot update it
 * @param labels sorted as written
 */
public record Metadata(
    String kind,
    String apiVersion,
    String name,
    String namespace,
    String generateName,
    String uid,
    Optional<Instant> created,
    Map<String, String> labels) {
  static Metadata read(Fields resource) {
    Fields metadata = resource.object("metadata");
    metadata.textMap("annotations");
    return new Metadata(
        resource.text("kind"),
        resource.text("apiVersion"),
        metadata.text("name"),
        metadata.text("namespace"),
        metadata.text("generateName"),
        metadata.text("uid"),
        metadata.time("creationTimestamp"),
        metadata.textMap("labels"));
  }
}
