package io.ipamrepair.calico;

import java.util.Arrays;

/**
 * A workload endpoint as Calico writes it, looked at where it lies. Not for several threads; valid
 * until the next is read.
 */
final class PlainEndpoint {
  private static final byte[] KIND = ascii("WorkloadEndpoint");
  private static final byte[] API_VERSION = ascii("projectcalico.org/v3");
  private static final byte[][] MEMBERS =
      ScreenedBlock.names("kind", "apiVersion", "metadata", "spec");
  private static final byte[][] OF_METADATA =
      ScreenedBlock.names(
          "name", "generateName", "namespace", "uid", "creationTimestamp", "labels", "annotations");

  private static final byte[][] OF_SPEC =
      ScreenedBlock.names(
          "orchestrator",
          "workload",
          "node",
          "containerID",
          "pod",
          "endpoint",
          "serviceAccountName",
          "ipNetworks",
          "ipNATs",
          "ipv4Gateway",
          "ipv6Gateway",
          "profiles",
          "interfaceName",
          "mac",
          "ports",
          "allowSpoofedSourcePrefixes",
          "qosControls");

  private final PlainJson json = new PlainJson();
  private final Span name = new Span();
  private final Span generateName = new Span();
  private final Span namespace = new Span();
  private final Span orchestrator = new Span();
  private final Span node = new Span();
  private final Span container = new Span();
  private final Span pod = new Span();
  private final Span endpoint = new Span();
  private final Span[] spans = {
    name, generateName, namespace, orchestrator, node, container, pod, endpoint
  };
  private int[] addresses = new int[8];
  private int addressCount;

  /** A text where it lies. */
  private static final class Span {
    private int from;
    private int to;

    void clear() {
      from = 0;
      to = 0;
    }

    boolean isEmpty() {
      return from == to;
    }
  }

  private static byte[] ascii(String text) {
    return ScreenedBlock.names(text)[0];
  }

  private void take(Span span) throws PlainJson.NotPlain {
    json.someText();
    span.from = json.textFrom();
    span.to = json.textTo();
  }

  /**
   * Reads an endpoint.
   *
   * @throws PlainJson.NotPlain when it is not written as Calico writes it, or lacks a part that a
   *     rule asks for
   */
  void read(byte[] bytes, int from, int to) throws PlainJson.NotPlain {
    for (Span span : spans) {
      span.clear();
    }
    addressCount = 0;
    json.read(bytes, from, to);
    json.expect('{');
    for (int member = 0; member < MEMBERS.length; member++) {
      if (member > 0) {
        json.expect(',');
      }
      if (json.member(MEMBERS, member) != member) {
        throw json.notPlain();
      }
      switch (member) {
        case 0 -> constant(KIND);
        case 1 -> constant(API_VERSION);
        case 2 -> metadata();
        default -> spec();
      }
    }
    json.expect('}');
    json.expectEnd();
    boolean complete =
        !name.isEmpty()
            && !namespace.isEmpty()
            && !orchestrator.isEmpty()
            && !node.isEmpty()
            && !container.isEmpty()
            && !pod.isEmpty()
            && !endpoint.isEmpty();
    if (!complete) {
      throw json.notPlain();
    }
  }

  private void constant(byte[] expected) throws PlainJson.NotPlain {
    json.text();
    if (!json.textIs(expected)) {
      throw json.notPlain();
    }
  }

  private void metadata() throws PlainJson.NotPlain {
    boolean hasUid = false;
    boolean hasTime = false;
    int member = 0;
    json.expect('{');
    do {
      member = json.member(OF_METADATA, member);
      switch (member) {
        case 0 -> take(name);
        case 1 -> {
          json.text();
          generateName.from = json.textFrom();
          generateName.to = json.textTo();
        }
        case 2 -> take(namespace);
        case 3 -> {
          json.someText();
          hasUid = true;
        }
        case 4 -> {
          json.time();
          hasTime = true;
        }
        default -> json.textMap();
      }
      member++;
    } while (json.take(','));
    json.expect('}');
    if (!hasUid || !hasTime) {
      throw json.notPlain();
    }
  }

  private void spec() throws PlainJson.NotPlain {
    int member = 0;
    json.expect('{');
    do {
      member = json.member(OF_SPEC, member);
      switch (member) {
        case 0 -> take(orchestrator);
        case 2 -> take(node);
        case 3 -> take(container);
        case 4 -> take(pod);
        case 5 -> take(endpoint);
        case 7 -> readAddresses();
        case 11, 15 -> json.textList();
        // Translations, ports and bandwidth have objects in them: the exact reader's.
        case 8, 14, 16 -> throw json.notPlain();
        default -> json.text();
      }
      member++;
    } while (json.take(','));
    json.expect('}');
  }

  private void readAddresses() throws PlainJson.NotPlain {
    json.expect('[');
    do {
      json.text();
      if (addresses.length < 2 * addressCount + 2) {
        addresses = Arrays.copyOf(addresses, addresses.length * 2);
      }
      addresses[2 * addressCount] = json.textFrom();
      addresses[2 * addressCount + 1] = json.textTo();
      addressCount++;
    } while (json.take(','));
    json.expect(']');
  }

  int addresses() {
    return addressCount;
  }

  int addressFrom(int number) {
    return addresses[2 * number];
  }

  int addressTo(int number) {
    return addresses[2 * number + 1];
  }

  boolean isOrchestratedBy(byte[] other) {
    return equal(json.bytes(), orchestrator.from, orchestrator.to, other, 0, other.length);
  }

  /**
   * Whether it has this namespace and name, and the name is the one that Calico computes: node,
   * {@code k8s}, pod and endpoint, dashes doubled (reference, section 2.3).
   */
  boolean isNamed(byte[] key, int namespaceFrom, int namespaceTo, int nameFrom, int nameTo) {
    byte[] bytes = json.bytes();
    boolean same =
        equal(bytes, namespace.from, namespace.to, key, namespaceFrom, namespaceTo)
            && equal(bytes, name.from, name.to, key, nameFrom, nameTo);
    if (!same) {
      return false;
    }
    int at = name.from;
    at = escaped(node, at);
    at = dash(at);
    at = escaped(orchestrator, at);
    at = dash(at);
    at = escaped(pod, at);
    at = dash(at);
    at = escaped(endpoint, at);
    return at == name.to;
  }

  private int dash(int at) {
    return at >= 0 && at < name.to && json.bytes()[at] == '-' ? at + 1 : -1;
  }

  /** The place behind {@code part} in the name, where it stands at {@code at}; else -1. */
  private int escaped(Span part, int at) {
    byte[] bytes = json.bytes();
    if (at < 0 || bytes[part.from] == '-' || bytes[part.to - 1] == '-') {
      return -1;
    }
    int place = at;
    for (int i = part.from; i < part.to; i++) {
      if (place >= name.to || bytes[place] != bytes[i]) {
        return -1;
      }
      place++;
      if (bytes[i] == '-') {
        if (place >= name.to || bytes[place] != '-') {
          return -1;
        }
        place++;
      }
    }
    return place;
  }

  /** Namespace, node, pod and container: what the attribute of its address must say. */
  void identify(Fingerprint fingerprint) {
    byte[] bytes = json.bytes();
    fingerprint
        .start()
        .add(bytes, namespace.from, namespace.to)
        .add(bytes, node.from, node.to)
        .add(bytes, pod.from, pod.to)
        .add(bytes, container.from, container.to);
  }

  /** See {@link Endpoint#template}; never called of an endpoint without a pod. */
  long template(Fingerprint fingerprint) {
    byte[] bytes = json.bytes();
    Span made = generateName.isEmpty() ? pod : generateName;
    boolean dash = !generateName.isEmpty() && bytes[made.to - 1] == '-';
    return fingerprint
        .start()
        .add(bytes, namespace.from, namespace.to)
        .add(bytes, made.from, dash ? made.to - 1 : made.to)
        .high();
  }

  private static boolean equal(
      byte[] one, int from, int to, byte[] other, int otherFrom, int otherTo) {
    return Arrays.equals(one, from, to, other, otherFrom, otherTo);
  }
}
