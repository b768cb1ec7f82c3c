package io.ipamrepair.show;

import io.ipamrepair.calico.ObjectName;
import io.ipamrepair.change.ValueDiff;
import io.ipamrepair.kv.Bytes;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * What became of an object, in its own words.
 *
 * @param revision the revision of the read: it is the present
 * @param changes the newest first
 * @param reaches how far back each key was read, in the order of the traces
 */
public record History(long revision, List<Change> changes, List<Reach> reaches) {
  /**
   * A change of a key.
   *
   * @param revision the revision of the write
   * @param object what the key stands for
   * @param words what changed, one line each; never empty
   */
  public record Change(long revision, ObjectName object, List<String> words) {}

  /**
   * How far back a key was read.
   *
   * @param object what it stands for
   * @param beginning what lies before
   * @param oldest the revision of the oldest version that is known; nothing when none is
   * @param unchangedSince the revision of the last change that is known, or of the oldest version
   *     where no change is; nothing when no version is
   */
  public record Reach(
      ObjectName object,
      KeyHistory.Beginning beginning,
      OptionalLong oldest,
      OptionalLong unchangedSince) {}

  /**
   * The history of the keys that were traced.
   *
   * @param read in the order of {@code traces}
   */
  public static History of(long revision, List<Trace> traces, List<KeyHistory> read) {
    ValueDiff diff = new ValueDiff();
    List<Change> changes = new ArrayList<>();
    List<Reach> reaches = new ArrayList<>();
    for (int i = 0; i < traces.size(); i++) {
      List<Change> own = changes(diff, traces.get(i), read.get(i));
      changes.addAll(own);
      reaches.add(reach(traces.get(i), read.get(i), own));
    }
    changes.sort(Comparator.comparingLong(Change::revision).reversed());
    return new History(revision, List.copyOf(changes), List.copyOf(reaches));
  }

  private static Reach reach(Trace trace, KeyHistory read, List<Change> changes) {
    List<KeyHistory.Version> versions = read.versions();
    OptionalLong oldest =
        versions.isEmpty()
            ? OptionalLong.empty()
            : OptionalLong.of(versions.get(versions.size() - 1).revision());
    OptionalLong since =
        changes.stream().mapToLong(Change::revision).max().stream()
            .boxed()
            .findFirst()
            .map(OptionalLong::of)
            .orElse(oldest);
    return new Reach(trace.object(), read.beginning(), oldest, since);
  }

  private static List<Change> changes(ValueDiff diff, Trace trace, KeyHistory read) {
    List<Change> changes = new ArrayList<>();
    List<KeyHistory.Version> versions = read.versions();
    for (int i = 0; i < versions.size(); i++) {
      boolean oldest = i == versions.size() - 1;
      if (oldest && read.beginning() != KeyHistory.Beginning.CREATED) {
        break;
      }
      Optional<Bytes> before = oldest ? Optional.empty() : versions.get(i + 1).value();
      KeyHistory.Version version = versions.get(i);
      List<String> words = words(diff, trace, before, version.value());
      if (!words.isEmpty()) {
        changes.add(new Change(version.revision(), trace.object(), words));
      }
    }
    return changes;
  }

  private static List<String> words(
      ValueDiff diff, Trace trace, Optional<Bytes> before, Optional<Bytes> after) {
    if (trace.ordinal().isPresent()) {
      return diff.ofOrdinal(trace.key(), trace.ordinal().getAsInt(), before, after).stream()
          .toList();
    }
    if (before.isPresent() && after.isPresent()) {
      return edited(diff.between(trace.key(), before, after));
    }
    return after
        .map(value -> List.of("created" + Summary.of(trace.key(), value)))
        .or(() -> before.map(value -> List.of("deleted" + Summary.of(trace.key(), value))))
        .orElse(List.of());
  }

  /** The sequence number counts every write of a block: it is told where nothing else is. */
  private static List<String> edited(List<String> words) {
    List<String> telling =
        words.stream().filter(line -> !line.startsWith("sequenceNumber ")).toList();
    return telling.isEmpty() ? words : telling;
  }

  /** The revision since which nothing of the object has changed; nothing when none is known. */
  public OptionalLong unchangedSince() {
    return reaches.stream().flatMapToLong(reach -> reach.unchangedSince().stream()).max();
  }
}
