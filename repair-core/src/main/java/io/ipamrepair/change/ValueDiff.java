package io.ipamrepair.change;

import io.ipamrepair.calico.Attribute;
import io.ipamrepair.calico.Block;
import io.ipamrepair.calico.CalicoKey;
import io.ipamrepair.calico.IpamState;
import io.ipamrepair.calico.KeyLayout;
import io.ipamrepair.calico.Owner;
import io.ipamrepair.calico.Stored;
import io.ipamrepair.cidr.Cidr;
import io.ipamrepair.json.Json;
import io.ipamrepair.json.JsonFormatException;
import io.ipamrepair.json.JsonReader;
import io.ipamrepair.kv.Bytes;
import io.ipamrepair.kv.KeyValue;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The difference between two values of one key, in words: what changed in a block, not two lines of
 * 20 KiB.
 */
public final class ValueDiff {
  private static final int LONGEST = 70;

  private final KeyLayout layout = new KeyLayout();

  /**
   * One difference between two values.
   *
   * @param what the part that differs, in the object's own terms; empty for the whole value
   * @param was what stood there before; nothing when nothing did
   * @param is what stands there after; nothing when nothing does. Where nothing stands at either
   *     time, {@code what} says all
   */
  public record Difference(String what, Optional<String> was, Optional<String> is) {
    /** The difference in one line. */
    public String words() {
      if (was.isPresent() && is.isPresent()) {
        return at(was.get()) + " → " + is.get();
      } else if (was.isPresent()) {
        return at(was.get()) + " removed";
      }
      return is.map(now -> at(now) + " added").orElse(what);
    }

    private Difference reversed() {
      return new Difference(what, is, was);
    }

    private String at(String value) {
      return what.isEmpty() ? value : what + " " + value;
    }
  }

  /**
   * The differences between {@code before} and {@code after} of {@code key}, one line each; empty
   * when there is none. Of a deleted key the value is shortened.
   */
  public List<String> between(Bytes key, Optional<Bytes> before, Optional<Bytes> after) {
    if (before.isPresent() && after.isEmpty()) {
      return List.of("deleted (was " + shortened(before.get().display()) + ")");
    }
    List<String> lines = new ArrayList<>();
    if (before.isEmpty() && after.isPresent()) {
      if (parse(after.get()).isEmpty()) {
        return List.of("created: " + shortened(after.get().display()));
      }
      lines.add("created:");
    }
    differences(key, before, after).forEach(difference -> lines.add(difference.words()));
    return lines;
  }

  /**
   * The differences between {@code before} and {@code after} of {@code key}; empty when there is
   * none. Of a key that comes or goes, all that its value says.
   */
  public List<Difference> differences(Bytes key, Optional<Bytes> before, Optional<Bytes> after) {
    if (before.equals(after)) {
      return List.of();
    } else if (after.isEmpty()) {
      return differences(key, after, before).stream().map(Difference::reversed).toList();
    }
    Optional<Json> old = parse(before.orElse(EMPTY_OBJECT));
    Optional<Json> now = parse(after.get());
    if (old.isEmpty() || now.isEmpty()) {
      return List.of(new Difference("", before.map(ValueDiff::text), after.map(ValueDiff::text)));
    }
    List<Difference> found = new ArrayList<>();
    boolean described =
        layout.classify(key) instanceof CalicoKey.BlockKey block
            && blocks(block.cidr(), key, before.orElse(EMPTY_OBJECT), after.get(), found);
    members("", old.get(), now.get(), described ? BLOCK_MEMBERS : Set.of(), found);
    return found.isEmpty() && before.isPresent() ? List.of(said(SAME_CONTENT)) : found;
  }

  private static final String SAME_CONTENT = "same content, other bytes (order or white space)";

  private static Difference said(String sentence) {
    return new Difference(sentence, Optional.empty(), Optional.empty());
  }

  private static Difference changed(String what, String was, String is) {
    return new Difference(what, Optional.of(was), Optional.of(is));
  }

  private static final Bytes EMPTY_OBJECT = Bytes.utf8("{}");

  /** What {@link #blocks} says in its own words. */
  private static final Set<String> BLOCK_MEMBERS =
      Set.of("affinity", "allocations", "unallocated", "attributes", "sequenceNumberForAllocation");

  private static Optional<Json> parse(Bytes bytes) {
    try {
      return Optional.of(bytes.isEmpty() ? new Json.Obj(Map.of()) : new JsonReader().read(bytes));
    } catch (JsonFormatException unreadable) {
      return Optional.empty();
    }
  }

  private boolean blocks(Cidr cidr, Bytes key, Bytes before, Bytes after, List<Difference> found) {
    Optional<Block> old = block(cidr, key, before);
    Optional<Block> now = block(cidr, key, after);
    if (old.isEmpty() || now.isEmpty()) {
      return false;
    }
    if (!old.get().affinity().equals(now.get().affinity())) {
      found.add(changed("owner", owner(old.get()), owner(now.get())));
    }
    for (int ordinal = 0; ordinal < Math.max(old.get().slots(), now.get().slots()); ordinal++) {
      Optional<String> was = holder(old.get(), ordinal);
      Optional<String> is = holder(now.get(), ordinal);
      boolean same =
          was.equals(is) && old.get().attribute(ordinal).equals(now.get().attribute(ordinal));
      if (!same) {
        found.add(
            changed(
                ordinal(cidr, ordinal),
                was.orElse("free"),
                was.equals(is) ? attributes(old.get(), now.get(), ordinal) : is.orElse("free")));
      }
    }
    queue(old.get(), now.get()).map(ValueDiff::said).ifPresent(found::add);
    return true;
  }

  /** What changed in the free list besides what follows from the ordinals. */
  private static Optional<String> queue(Block old, Block now) {
    List<Integer> before = new ArrayList<>();
    Arrays.stream(old.unallocated()).forEach(before::add);
    List<Integer> after = new ArrayList<>();
    Arrays.stream(now.unallocated()).forEach(after::add);
    if (before.equals(after)) {
      return Optional.empty();
    }
    // A freed ordinal goes to the end; an allocated one leaves.
    List<Integer> expected = new ArrayList<>(before);
    for (int ordinal = 0; ordinal < Math.max(old.slots(), now.slots()); ordinal++) {
      Integer each = ordinal;
      if (old.isAllocated(ordinal) && !now.isAllocated(ordinal)) {
        expected.remove(each);
        expected.add(each);
      } else if (!old.isAllocated(ordinal) && now.isAllocated(ordinal)) {
        expected.remove(each);
      }
    }
    return expected.equals(after)
        ? Optional.empty()
        : Optional.of(
            "free list of "
                + before.size()
                + " → "
                + after.size()
                + " ordinals, in another order or not as the ordinals above say");
  }

  /**
   * What became of one ordinal between two values of a block's key, in one line; nothing when the
   * same holds it as before. Where there is no block, or none that can be read, nobody holds it.
   */
  public Optional<String> ofOrdinal(
      Bytes key, int ordinal, Optional<Bytes> before, Optional<Bytes> after) {
    if (!(layout.classify(key) instanceof CalicoKey.BlockKey at)) {
      return Optional.empty();
    }
    Cidr cidr = at.cidr();
    return ordinal(
        cidr,
        ordinal,
        before.flatMap(value -> block(cidr, key, value)).flatMap(block -> holder(block, ordinal)),
        after.flatMap(value -> block(cidr, key, value)).flatMap(block -> holder(block, ordinal)));
  }

  private static Optional<String> ordinal(
      Cidr cidr, int ordinal, Optional<String> was, Optional<String> is) {
    return was.equals(is)
        ? Optional.empty()
        : Optional.of(
            changed(ordinal(cidr, ordinal), was.orElse("free"), is.orElse("free")).words());
  }

  private static String ordinal(Cidr cidr, int ordinal) {
    return "ordinal " + ordinal + " (" + cidr.address(ordinal) + ")";
  }

  private Optional<Block> block(Cidr cidr, Bytes key, Bytes value) {
    IpamState alone = new IpamState.Builder(layout).add(new KeyValue(key, value, 1, 1, 1)).build(1);
    return Optional.ofNullable(alone.blocks().get(cidr)).flatMap(Stored::value);
  }

  private static String owner(Block block) {
    return block
        .owner()
        .map(owner -> owner.isNode() ? owner.name() : owner.toString())
        .orElse(block.hasNoOwner() ? "nobody" : block.affinity().orElse(""));
  }

  /** The same holder by name, with other attributes. */
  private static String attributes(Block old, Block now, int ordinal) {
    Optional<String> was = old.attribute(ordinal).flatMap(Attribute::handleId);
    Optional<String> is = now.attribute(ordinal).flatMap(Attribute::handleId);
    return was.equals(is)
        ? "the same, with other attributes"
        : "the same, with handle " + is.map(ValueDiff::shortened).orElse("none");
  }

  private static Optional<String> holder(Block block, int ordinal) {
    if (!block.isAllocated(ordinal)) {
      return Optional.empty();
    }
    Optional<Attribute> attribute = block.attribute(ordinal);
    if (attribute.isEmpty()) {
      return Optional.of("an attribute that is not there");
    }
    if (attribute.get().releasedAt().isPresent()) {
      return Optional.of("cooling down");
    }
    String pod =
        attribute
            .get()
            .secondary("pod")
            .map(name -> "pod " + attribute.get().secondary("namespace").orElse("") + "/" + name)
            .orElse("");
    String node = attribute.get().node().map(name -> " on " + name).orElse("");
    String handle = attribute.get().handle().map(ValueDiff::shortened).orElse("no handle");
    return Optional.of(pod.isEmpty() ? handle + node : pod + node);
  }

  private static void members(
      String path, Json old, Json now, Set<String> except, List<Difference> found) {
    if (old.equals(now)) {
      return;
    }
    if (old instanceof Json.Obj before && now instanceof Json.Obj after) {
      Set<String> names = new LinkedHashSet<>(before.members().keySet());
      names.addAll(after.members().keySet());
      for (String name : names) {
        if (!except.contains(name)) {
          Optional<Json> was = before.get(name);
          Optional<Json> is = after.get(name);
          String at = path.isEmpty() ? name : path + "." + name;
          if (was.isPresent() && is.isPresent()) {
            members(at, was.get(), is.get(), Set.of(), found);
          } else if (was.isPresent()) {
            found.add(new Difference(at, was.map(ValueDiff::text), Optional.empty()));
          } else if (is.orElseThrow() instanceof Json.Obj added && !added.members().isEmpty()) {
            members(at, new Json.Obj(Map.of()), added, Set.of(), found);
          } else {
            found.add(new Difference(at, Optional.empty(), is.map(ValueDiff::text)));
          }
        }
      }
    } else {
      found.add(changed(path, text(old), text(now)));
    }
  }

  private static String text(Bytes bytes) {
    return shortened(bytes.display());
  }

  private static String text(Json json) {
    return shortened(json instanceof Json.Text text ? text.value() : json.encode().display());
  }

  private static String shortened(String text) {
    return text.length() <= LONGEST ? text : text.substring(0, LONGEST - 1) + "…";
  }

  /** The owner of a block in words, for messages. */
  static String ownerName(Optional<Owner> owner) {
    return owner.map(each -> each.isNode() ? each.name() : each.toString()).orElse("nobody");
  }
}
