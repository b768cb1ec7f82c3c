package io.ipamrepair.calico;

import io.ipamrepair.cidr.Cidr;
import io.ipamrepair.json.Json;
import io.ipamrepair.json.JsonFormatException;
import io.ipamrepair.json.JsonReader;
import io.ipamrepair.kv.Bytes;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * A block as Calico writes it, read without a tree of objects, and the workloads that hold its
 * addresses. Not for several threads.
 */
final class ScreenedBlock {
  /** In the order of Calico's struct. */
  private static final byte[][] MEMBERS =
      names(
          "cidr",
          "affinity",
          "affinity_claim_time",
          "allocations",
          "unallocated",
          "attributes",
          "sequenceNumber",
          "sequenceNumberForAllocation",
          "deleted");

  private static final byte[][] OF_ATTRIBUTE = names("handle_id", "secondary");
  private static final byte[][] OF_SECONDARY = names("namespace", "node", "pod", "timestamp");
  private static final int MOST_ORDINALS = 4096;

  /** What is nested deeper is left to the reader of whole values, which counts from their start. */
  private static final int DEEPEST = 32;

  private final PlainJson json = new PlainJson();
  private final JsonReader exact = new JsonReader();
  private final Fingerprint fingerprint = new Fingerprint();

  /** An attribute for each node, which all its settled workloads share. */
  private final Map<String, Attribute> settledOn = new HashMap<>();

  private int[] allocations = new int[64];
  private int slots;
  private int[] numbers = new int[64];
  private long[] pods = new long[128];
  private long[] handles = new long[128];
  private boolean[] isPod = new boolean[64];

  /** What a sample of endpoint and handle keys is made of, for those who read them next. */
  private String sampledPod = "";

  private String sampledHandle = "";

  static byte[][] names(String... names) {
    return Arrays.stream(names)
        .map(name -> name.getBytes(StandardCharsets.US_ASCII))
        .toArray(byte[][]::new);
  }

  /**
   * The block.
   *
   * @throws PlainJson.NotPlain when it is not written as Calico writes it
   */
  Block read(Cidr cidr, byte[] bytes, int from, int to) throws PlainJson.NotPlain {
    int size = cidr.ordinals();
    if (size > MOST_ORDINALS) {
      throw json.notPlain();
    }
    json.read(bytes, from, to);
    Optional<String> affinity = Optional.empty();
    Optional<Instant> claimed = Optional.empty();
    int[] unallocated = new int[0];
    List<Attribute> attributes = List.of();
    long sequence = 0;
    AllocationNumbers allocationNumbers = AllocationNumbers.NONE;
    slots = 0;
    boolean hasCidr = false;
    boolean hasSequence = false;
    int member = 0;
    json.expect('{');
    do {
      member = json.member(MEMBERS, member);
      switch (member) {
        case 0 -> {
          json.text();
          hasCidr = json.textValue().equals(cidr.toString());
        }
        case 1 -> {
          if (!json.takeNull()) {
            json.text();
            affinity = Optional.of(json.textValue());
          }
        }
        case 2 -> {
          json.time();
          claimed = Optional.of(json.timeValue());
        }
        case 3 -> allocations(size);
        case 4 -> unallocated = integers(size);
        case 5 -> attributes = attributes();
        case 6 -> {
          sequence = json.integer();
          hasSequence = true;
        }
        case 7 -> allocationNumbers = allocationNumbers(size);
        default -> {
          if (json.bool()) {
            throw json.notPlain();
          }
        }
      }
      member++;
    } while (json.take(','));
    json.expect('}');
    json.expectEnd();
    // An owner that Calico does not know is named by its text: the bytes may have to stay.
    boolean unknownOwner =
        affinity.filter(text -> !text.isEmpty() && Owner.read(text).isEmpty()).isPresent();
    if (unknownOwner || !hasCidr || !hasSequence && allocationNumbers != AllocationNumbers.NONE) {
      throw json.notPlain();
    }
    return Block.plain(
        cidr,
        affinity,
        claimed,
        Arrays.copyOf(allocations, slots),
        unallocated,
        attributes,
        sequence,
        allocationNumbers);
  }

  private void allocations(int size) throws PlainJson.NotPlain {
    json.expect('[');
    do {
      if (slots == size) {
        throw json.notPlain();
      }
      if (slots == allocations.length) {
        allocations = Arrays.copyOf(allocations, slots * 2);
      }
      allocations[slots++] =
          json.takeNull() ? Block.FREE : (int) Math.min(Integer.MAX_VALUE, json.integer());
    } while (json.take(','));
    json.expect(']');
  }

  private int[] integers(int size) throws PlainJson.NotPlain {
    json.expect('[');
    int count = 0;
    if (!json.take(']')) {
      do {
        if (count == size) {
          throw json.notPlain();
        }
        if (count == numbers.length) {
          numbers = Arrays.copyOf(numbers, count * 2);
        }
        numbers[count++] = (int) Math.min(Integer.MAX_VALUE, json.integer());
      } while (json.take(','));
      json.expect(']');
    }
    return Arrays.copyOf(numbers, count);
  }

  private AllocationNumbers allocationNumbers(int size) throws PlainJson.NotPlain {
    json.expect('{');
    int[] ordinals = new int[slots];
    long[] values = new long[slots];
    int count = 0;
    if (!json.take('}')) {
      do {
        json.ascendingName(count == 0);
        int length = json.textLength();
        boolean isOrdinal = length >= 1 && length <= 4 && count < ordinals.length;
        int ordinal = 0;
        for (int i = json.textFrom(); isOrdinal && i < json.textTo(); i++) {
          int digit = json.bytes()[i] - '0';
          isOrdinal =
              digit >= 0 && digit <= 9 && (digit != 0 || length == 1 || i > json.textFrom());
          ordinal = ordinal * 10 + digit;
        }
        if (!isOrdinal || ordinal >= size) {
          throw json.notPlain();
        }
        json.expect(':');
        ordinals[count] = ordinal;
        values[count++] = json.integer();
      } while (json.take(','));
      json.expect('}');
    }
    return AllocationNumbers.of(Arrays.copyOf(ordinals, count), Arrays.copyOf(values, count));
  }

  private List<Attribute> attributes() throws PlainJson.NotPlain {
    if (json.takeNull()) {
      return List.of();
    }
    json.expect('[');
    if (json.take(']')) {
      return List.of();
    }
    List<Attribute> attributes = new ArrayList<>(slots);
    do {
      int index = attributes.size();
      if (index == isPod.length) {
        isPod = Arrays.copyOf(isPod, index * 2);
        pods = Arrays.copyOf(pods, index * 4);
        handles = Arrays.copyOf(handles, index * 4);
      }
      int from = json.at();
      Optional<Attribute> pod = podAttribute(index);
      isPod[index] = pod.isPresent();
      attributes.add(pod.isPresent() ? pod.get() : exactAttribute(from));
    } while (json.take(','));
    json.expect(']');
    return attributes;
  }

  /** The attribute of a Kubernetes pod as the CNI plugin writes it; nothing for any other. */
  private Optional<Attribute> podAttribute(int index) {
    try {
      json.expect('{');
      if (json.member(OF_ATTRIBUTE, 0) != 0) {
        return Optional.empty();
      }
      json.someText();
      int handleFrom = json.textFrom();
      int handleTo = json.textTo();
      json.expect(',');
      if (json.member(OF_ATTRIBUTE, 1) != 1) {
        return Optional.empty();
      }
      json.expect('{');
      int[] from = new int[OF_SECONDARY.length];
      int[] to = new int[OF_SECONDARY.length];
      int next = 0;
      do {
        next = json.member(OF_SECONDARY, next);
        json.someText();
        from[next] = json.textFrom();
        to[next] = json.textTo();
        next++;
      } while (json.take(','));
      json.expect('}');
      json.expect('}');
      boolean complete = to[0] > 0 && to[1] > 0 && to[2] > 0;
      int container = behindLastDot(handleFrom, handleTo);
      boolean named = container > handleFrom && container < handleTo;
      // A handle with a slash has no key that Calico lists.
      if (!complete || !named || has('/', handleFrom, handleTo)) {
        return Optional.empty();
      }
      byte[] bytes = json.bytes();
      fingerprint
          .start()
          .add(bytes, from[0], to[0])
          .add(bytes, from[1], to[1])
          .add(bytes, from[2], to[2])
          .add(bytes, container, handleTo);
      pods[2 * index] = fingerprint.high();
      pods[2 * index + 1] = fingerprint.low();
      fingerprint.start().add(bytes, handleFrom, handleTo);
      handles[2 * index] = fingerprint.high();
      handles[2 * index + 1] = fingerprint.low();
      if (index == 0) {
        String node = text(from[1], to[1]);
        String pod = text(from[2], to[2]);
        sampledPod =
            text(from[0], to[0])
                + "/"
                + EndpointNames.escape(node)
                + "-k8s-"
                + EndpointNames.escape(pod);
        sampledHandle = text(handleFrom, handleTo);
      }
      return Optional.of(settledOn.computeIfAbsent(text(from[1], to[1]), Attribute::settledOn));
    } catch (PlainJson.NotPlain other) {
      return Optional.empty();
    }
  }

  private String text(int from, int to) {
    return new String(json.bytes(), from, to - from, StandardCharsets.US_ASCII);
  }

  private boolean has(char c, int from, int to) {
    for (int i = from; i < to; i++) {
      if (json.bytes()[i] == c) {
        return true;
      }
    }
    return false;
  }

  private int behindLastDot(int from, int to) {
    for (int i = to - 1; i >= from; i--) {
      if (json.bytes()[i] == '.') {
        return i + 1;
      }
    }
    return from;
  }

  /** Any other attribute, from its first byte on. */
  private Attribute exactAttribute(int from) throws PlainJson.NotPlain {
    int to = endOfObject(from);
    try {
      Json.Obj object = exact.readObject(Bytes.of(Arrays.copyOfRange(json.bytes(), from, to)));
      return Attribute.read(Fields.of(object));
    } catch (JsonFormatException | Fields.UnreadableValueException notAnAttribute) {
      throw json.notPlain();
    } finally {
      json.skipTo(to);
    }
  }

  /** The place behind the object that begins at {@code from}. */
  private int endOfObject(int from) throws PlainJson.NotPlain {
    byte[] bytes = json.bytes();
    int depth = 0;
    boolean inText = false;
    for (int i = from; i < json.end(); i++) {
      byte b = bytes[i];
      if (inText) {
        if (b == '\\') {
          i++;
        } else if (b == '"') {
          inText = false;
        }
      } else if (b == '"') {
        inText = true;
      } else if (b == '{' || b == '[') {
        depth++;
        if (depth > DEEPEST) {
          throw json.notPlain();
        }
      } else if (b == '}' || b == ']') {
        depth--;
        if (depth == 0) {
          return i + 1;
        }
      }
    }
    throw json.notPlain();
  }

  /** The nodes of the pods in all blocks that were read. */
  Set<String> nodes() {
    return Collections.unmodifiableSet(settledOn.keySet());
  }

  /** How many ordinals the block that was read last has. */
  int slots() {
    return slots;
  }

  /** Whether an ordinal of it is held by a pod whose endpoint and handle are known. */
  boolean isHeldByPod(int ordinal, int attributes) {
    int index = allocations[ordinal];
    return index >= 0 && index < attributes && isPod[index];
  }

  long podHigh(int ordinal) {
    return pods[2 * allocations[ordinal]];
  }

  long podLow(int ordinal) {
    return pods[2 * allocations[ordinal] + 1];
  }

  long handleHigh(int ordinal) {
    return handles[2 * allocations[ordinal]];
  }

  long handleLow(int ordinal) {
    return handles[2 * allocations[ordinal] + 1];
  }

  /** Namespace and beginning of the name of one of its endpoints; empty when it has none. */
  String takeSampledPod() {
    String sampled = sampledPod;
    sampledPod = "";
    return sampled;
  }

  /** One of its handles; empty when it has none. */
  String takeSampledHandle() {
    String sampled = sampledHandle;
    sampledHandle = "";
    return sampled;
  }
}
