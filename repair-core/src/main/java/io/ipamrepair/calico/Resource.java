package io.ipamrepair.calico;

import io.ipamrepair.json.Json;

/**
 * Another resource that this tool reads: reservations, the IPAM configuration resource that etcd's
 * IPAM ignores, BGP settings.
 *
 * @param metadata names and times
 * @param spec its content as a tree
 */
public record Resource(Metadata metadata, Json.Obj spec) {
  static Resource read(String plural, Json.Obj json) {
    Fields resource = Fields.of(json);
    resource.object("status");
    Fields spec = resource.object("spec");
    switch (plural) {
      case "ipreservations" -> spec.texts("reservedCIDRs");
      case "ipamconfigurations" -> {
        spec.bool("strictAffinity");
        spec.bool("autoAllocateBlocks");
        spec.int64("maxBlocksPerHost");
        spec.text("kubeVirtVMAddressPersistence");
        spec.int64("ipCooldownSeconds");
      }
      case "bgpconfigurations" -> spec.optionalBool("nodeToNodeMeshEnabled");
      default -> {
        // Nothing of it is read by type.
      }
    }
    return new Resource(
        Metadata.read(resource),
        json.get("spec")
            .filter(Json.Obj.class::isInstance)
            .map(Json.Obj.class::cast)
            .orElse(new Json.Obj(java.util.Map.of())));
  }
}
