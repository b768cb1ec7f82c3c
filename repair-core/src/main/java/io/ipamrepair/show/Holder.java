package io.ipamrepair.show;

import io.ipamrepair.calico.Attribute;
import java.util.Map;
import java.util.Optional;

/**
 * Who holds an address, as the block says.
 *
 * @param kind what it is
 * @param name {@code NAMESPACE/NAME} of a pod or service, or the kind of a tunnel; empty where the
 *     block gives none
 * @param node the node that it is on
 * @param handle the handle, cut at a carriage return as Calico does
 * @param since when the address was allocated, as Calico wrote it; old releases wrote nothing
 * @param machine the virtual machine that the pod runs
 * @param second the pod that takes the address over while a virtual machine moves, {@code
 *     NAMESPACE/NAME}
 * @param secondNode the node of that pod
 */
public record Holder(
    Kind kind,
    String name,
    Optional<String> node,
    Optional<String> handle,
    Optional<String> since,
    Optional<String> machine,
    Optional<String> second,
    Optional<String> secondNode) {
  /** What holds an address. */
  public enum Kind {
    POD("pod", "pod"),
    VIRTUAL_MACHINE("virtual-machine", "virtual machine"),
    TUNNEL("tunnel", "tunnel"),
    SERVICE("service", "service"),
    WINDOWS("windows", "Windows' reservation"),
    /** Nothing that the attribute names. */
    OTHER("other", "somebody without a name");

    private final String word;
    private final String noun;

    Kind(String word, String noun) {
      this.word = word;
      this.noun = noun;
    }

    /** The word in JSON output. */
    public String word() {
      return word;
    }
  }

  static Holder of(Attribute attribute) {
    Kind kind = kind(attribute);
    return new Holder(
        kind,
        name(kind, attribute),
        attribute.node(),
        attribute.handle(),
        attribute.secondary("timestamp"),
        attribute.secondary("vmi-name"),
        pod(attribute.alternateOwner()),
        Optional.ofNullable(attribute.alternateOwner().get("node")));
  }

  private static Kind kind(Attribute attribute) {
    if (attribute.isWindowsReserved()) {
      return Kind.WINDOWS;
    } else if (attribute.isTunnel()) {
      return Kind.TUNNEL;
    } else if (attribute.isVirtualMachine()) {
      return Kind.VIRTUAL_MACHINE;
    } else if (attribute.isService()) {
      return Kind.SERVICE;
    }
    return attribute.secondary("pod").isPresent() ? Kind.POD : Kind.OTHER;
  }

  private static String name(Kind kind, Attribute attribute) {
    return switch (kind) {
      case TUNNEL -> attribute.secondary("type").orElse("");
      case SERVICE -> within(attribute, attribute.secondary("service").orElse(""));
      case POD, VIRTUAL_MACHINE -> pod(attribute.secondary()).orElse("");
      case WINDOWS, OTHER -> "";
    };
  }

  private static String within(Attribute attribute, String name) {
    String namespace = attribute.secondary("namespace").orElse("");
    return name.isEmpty() || namespace.isEmpty() || name.indexOf('/') >= 0
        ? name
        : namespace + "/" + name;
  }

  private static Optional<String> pod(Map<String, String> owner) {
    return Optional.ofNullable(owner.get("pod"))
        .filter(pod -> !pod.isEmpty())
        .map(pod -> owner.getOrDefault("namespace", "?") + "/" + pod);
  }

  /** {@code pod default/nginx on node-1}; the handle where nothing else is known. */
  public String words() {
    return what()
        + node.map(each -> " on " + each).orElse("")
        + second
            .map(pod -> ", moving to pod " + pod + secondNode.map(n -> " on " + n).orElse(""))
            .orElse("");
  }

  private String what() {
    return switch (kind) {
      case TUNNEL -> name.isEmpty() ? kind.noun : name;
      case VIRTUAL_MACHINE ->
          (name.isEmpty() ? "" : "pod " + name + " of ")
              + kind.noun
              + machine.map(each -> " " + each).orElse("");
      case OTHER -> handle.map(id -> "handle " + id).orElse(kind.noun);
      case POD, SERVICE, WINDOWS -> name.isEmpty() ? kind.noun : kind.noun + " " + name;
    };
  }
}
