package io.ipamrepair.check;

import io.ipamrepair.calico.CalicoKey;
import io.ipamrepair.calico.IpamConfig;
import io.ipamrepair.calico.Resource;
import io.ipamrepair.calico.Stored;
import io.ipamrepair.json.Json;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/** C2: the IPAMConfiguration resource, which etcd's IPAM ignores, says what is in use. */
final class C2TwoConfigs implements Rule {
  private static final About ABOUT =
      About.rule("C2")
          .demands("The IPAMConfiguration resource says the same as the configuration in use.")
          .severities(Severity.WARNING)
          .urgency(Urgency.ANY_TIME)
          .traffic("None: nothing reads the resource.")
          .because(
              "With etcd, calicoctl apply writes a resource that IPAM never reads: somebody"
                  + " believes a setting to be on that is not.")
          .repair(
              "No command. Make the settings that are meant with calicoctl ipam configure, or"
                  + " delete the resource.")
          .source("calico-ipam.md 2.1, 6 C2")
          .build();

  @Override
  public About about() {
    return ABOUT;
  }

  @Override
  public void judge(Evidence evidence, Consumer<Finding> found) {
    Optional<Stored<IpamConfig>> config = evidence.state().config();
    if (config.isPresent() && config.get().value().isEmpty()) {
      // What is in use cannot be read.
      return;
    }
    evidence.state().resources().stream()
        .filter(
            stored ->
                stored.at() instanceof CalicoKey.ResourceKey key
                    && key.plural().equals("ipamconfigurations")
                    && key.name().equals("default"))
        .forEach(
            stored ->
                stored
                    .value()
                    .map(resource -> differences(resource, evidence.state().effectiveConfig()))
                    .filter(differences -> !differences.isEmpty())
                    .ifPresent(
                        differences ->
                            found.accept(
                                finding(
                                    Severity.WARNING,
                                    List.of(stored.object()),
                                    "The IPAMConfiguration resource, which IPAM ignores in etcd,"
                                        + " differs from the configuration in use in "
                                        + Wording.all(differences)
                                        + ".",
                                    evidence.traffic().administrative("Nothing reads it."),
                                    Remedy.None.YET))));
  }

  private static List<String> differences(Resource resource, IpamConfig used) {
    Json.Obj spec = resource.spec();
    List<String> differences = new ArrayList<>();
    differ(differences, "strictAffinity", bool(spec, "strictAffinity") != used.strictAffinity());
    differ(
        differences,
        "autoAllocateBlocks",
        bool(spec, "autoAllocateBlocks") != used.autoAllocateBlocks());
    differ(
        differences,
        "maxBlocksPerHost",
        number(spec, "maxBlocksPerHost") != used.maxBlocksPerHost());
    differ(
        differences,
        "kubeVirtVMAddressPersistence",
        !persistence(text(spec, "kubeVirtVMAddressPersistence"))
            .equals(persistence(used.persistence())));
    differ(
        differences,
        "ipCooldownSeconds",
        number(spec, "ipCooldownSeconds") != used.cooldownSeconds());
    return differences;
  }

  private static void differ(List<String> differences, String member, boolean differs) {
    if (differs) {
      differences.add(member);
    }
  }

  /** Enabled is the default. */
  private static String persistence(String text) {
    return text.isEmpty() ? "Enabled" : text;
  }

  private static boolean bool(Json.Obj spec, String member) {
    return spec.get(member).filter(Json.Bool.TRUE::equals).isPresent();
  }

  private static String text(Json.Obj spec, String member) {
    return spec.get(member)
        .filter(Json.Text.class::isInstance)
        .map(json -> ((Json.Text) json).value())
        .orElse("");
  }

  private static long number(Json.Obj spec, String member) {
    return spec.get(member)
        .filter(Json.Num.class::isInstance)
        .map(json -> Long.parseLong(((Json.Num) json).literal()))
        .orElse(0L);
  }
}
