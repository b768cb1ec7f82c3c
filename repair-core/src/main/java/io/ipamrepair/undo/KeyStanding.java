package io.ipamrepair.undo;

import io.ipamrepair.calico.KeyLayout;
import io.ipamrepair.calico.ObjectName;
import io.ipamrepair.change.AfterImage;
import io.ipamrepair.change.ValueDiff;
import io.ipamrepair.kv.Bytes;
import io.ipamrepair.kv.KeyValue;
import io.ipamrepair.plan.Plan.PlannedWrite;
import io.ipamrepair.undo.RecordedRun.RecordedStep;
import io.ipamrepair.undo.RecordedRun.StepStatus;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What a key that a run writes holds now, beside what it held before the run and after each of its
 * steps: where the run record does not tell what is in etcd, the keys do.
 *
 * @param key the key
 * @param object what it is of
 * @param content what it holds
 * @param step the step that left it so, from 1; 0 unless a step did
 * @param lines what it differs in from the original, where it is something else
 */
public record KeyStanding(
    Bytes key, ObjectName object, Content content, int step, List<String> lines) {
  public KeyStanding {
    lines = List.copyOf(lines);
  }

  /** What a key holds. */
  public enum Content {
    /** What it held before the run; absent, where it was. */
    ORIGINAL("original"),
    /** What a step of the run leaves; absent, where the step deletes it. */
    WRITTEN("step"),
    /** Neither: somebody else wrote it. */
    OTHER("other"),
    /** Nothing, although neither the original nor a step leaves it so. */
    ABSENT("absent");

    private final String word;

    Content(String word) {
      this.word = word;
    }

    /** The word in outputs for programs. */
    public String word() {
      return word;
    }
  }

  /** What it holds, in words. */
  public String words() {
    return switch (content) {
      case ORIGINAL -> "as before the run";
      case WRITTEN -> "as step " + step + " leaves it";
      case OTHER -> "something else";
      case ABSENT -> "absent";
    };
  }

  /** The keys that the steps of {@code run} write. */
  public static List<Bytes> keys(RecordedRun run) {
    return run.plan().steps().stream()
        .flatMap(step -> step.writes().stream())
        .map(PlannedWrite::key)
        .distinct()
        .toList();
  }

  /**
   * How the keys of {@code run} stand, in the order of the plan.
   *
   * @param read those that exist
   */
  public static List<KeyStanding> of(RecordedRun run, Collection<KeyValue> read) {
    Map<Bytes, Bytes> now = new HashMap<>();
    read.forEach(each -> now.put(each.key(), each.value()));
    Map<Bytes, KeyStanding> standings = new LinkedHashMap<>();
    Map<Bytes, Optional<Bytes>> originals = new LinkedHashMap<>();
    KeyLayout layout = new KeyLayout();
    for (int number = 1; number <= run.steps().size(); number++) {
      RecordedStep step = run.steps().get(number - 1);
      for (PlannedWrite write : run.plan().steps().get(number - 1).writes()) {
        Optional<Bytes> original =
            originals.computeIfAbsent(write.key(), key -> step.before(write));
        Optional<Bytes> found = Optional.ofNullable(now.get(write.key()));
        ObjectName object = layout.classify(write.key()).object();
        if (leaves(step, write, found)) {
          standings.put(
              write.key(),
              new KeyStanding(write.key(), object, Content.WRITTEN, number, List.of()));
        } else {
          standings.putIfAbsent(write.key(), unwritten(write.key(), object, original, found));
        }
      }
    }
    return new ArrayList<>(standings.values());
  }

  private static boolean leaves(RecordedStep step, PlannedWrite write, Optional<Bytes> found) {
    Optional<Bytes> after = step.after(write);
    boolean boundLate = step.status() == StepStatus.NOT_SENT && !write.boundAtCommit().isEmpty();
    return found.equals(after)
        || boundLate
            && found.isPresent()
            && after.isPresent()
            && AfterImage.isButForClaimTime(after.get(), found.get());
  }

  private static KeyStanding unwritten(
      Bytes key, ObjectName object, Optional<Bytes> original, Optional<Bytes> found) {
    Content content =
        found.equals(original)
            ? Content.ORIGINAL
            : found.isEmpty() ? Content.ABSENT : Content.OTHER;
    List<String> lines =
        content == Content.OTHER ? new ValueDiff().between(key, original, found) : List.of();
    return new KeyStanding(key, object, content, 0, lines);
  }
}
