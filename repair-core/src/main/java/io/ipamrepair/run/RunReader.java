package io.ipamrepair.run;

import io.ipamrepair.journal.Entry;
import io.ipamrepair.journal.EntryKind;
import io.ipamrepair.journal.RunHistory;
import io.ipamrepair.json.Json;
import io.ipamrepair.json.JsonFormatException;
import io.ipamrepair.json.JsonReader;
import io.ipamrepair.kv.Bytes;
import io.ipamrepair.plan.EtcdLimits;
import io.ipamrepair.plan.PlanFile;
import io.ipamrepair.plan.PlanFormatException;
import io.ipamrepair.undo.RecordedRun;
import io.ipamrepair.undo.RecordedRun.RecordedStep;
import io.ipamrepair.undo.RecordedRun.StepStatus;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/** Journal → recorded run. */
public final class RunReader {
  private final JsonReader json = new JsonReader();

  /**
   * Reads a run.
   *
   * @throws RunFormatException when the journal holds no run that this release understands
   */
  public RecordedRun read(RunHistory history) throws RunFormatException {
    try {
      return interpret(history);
    } catch (JsonFormatException | PlanFormatException | IllegalArgumentException damaged) {
      throw new RunFormatException(
          "run " + history.runId() + " cannot be read from its journal: " + damaged.getMessage());
    }
  }

  private RecordedRun interpret(RunHistory history)
      throws JsonFormatException, PlanFormatException, RunFormatException {
    Entry planEntry =
        history.entries().stream()
            .filter(entry -> entry.kind() == EntryKind.PLAN)
            .findFirst()
            .orElseThrow(
                () ->
                    new RunFormatException(
                        "run "
                            + history.runId()
                            + " stopped before its plan was written down: nothing was sent to etcd"));
    PlanFile.Sealed plan = PlanFile.read(planEntry.body(), EtcdLimits.unlimited());
    int count = plan.plan().steps().size();
    StepStatus[] status = new StepStatus[count];
    java.util.Arrays.fill(status, StepStatus.NOT_SENT);
    OptionalLong[] revision = new OptionalLong[count];
    java.util.Arrays.fill(revision, OptionalLong.empty());
    Map<Integer, Map<Bytes, Optional<Bytes>>> written = new HashMap<>();
    Map<Integer, Map<Bytes, Bytes>> carried = new HashMap<>();
    Map<Bytes, Bytes> carriedNext = new HashMap<>();
    RecordedRun.Status ended = RecordedRun.Status.OPEN;
    String operator = plan.plan().author();
    for (Entry entry : history.entries()) {
      int index = entry.step() - 1;
      switch (entry.kind()) {
        case BEGIN -> {
          operator = object(entry).needText("operator");
          // A run that was resumed goes on behind its end.
          ended = RecordedRun.Status.OPEN;
        }
        case CARRIED -> {
          Json.Obj image = object(entry);
          carriedNext.put(bytes(image.needText("key")), bytes(image.needText("value")));
        }
        case INTENT -> {
          status[index] = StepStatus.UNKNOWN;
          written.put(index, writes(object(entry)));
          carried.put(index, Map.copyOf(carriedNext));
          carriedNext.clear();
        }
        case OUTCOME -> {
          status[index] = StepStatus.valueOf(object(entry).needText("status"));
          revision[index] = number(object(entry), "revision");
        }
        case CLOSE -> ended = RecordedRun.Status.valueOf(object(entry).needText("status"));
        default -> {
          // Before-images stand in the plan too; the dump is for people.
        }
      }
    }
    List<RecordedStep> steps = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      steps.add(
          new RecordedStep(
              status[i],
              revision[i],
              written.getOrDefault(i, Map.of()),
              carried.getOrDefault(i, Map.of())));
    }
    return new RecordedRun(
        history.runId(), plan.plan(), plan.digest(), operator, history.createdAt(), steps, ended);
  }

  private Json.Obj object(Entry entry) throws JsonFormatException {
    return json.readObject(Bytes.of(entry.body()));
  }

  private static OptionalLong number(Json.Obj object, String name) {
    return object.get(name).orElse(Json.Null.NULL) instanceof Json.Num number
        ? OptionalLong.of(Long.parseLong(number.literal()))
        : OptionalLong.empty();
  }

  private static Map<Bytes, Optional<Bytes>> writes(Json.Obj intent) throws JsonFormatException {
    Map<Bytes, Optional<Bytes>> writes = new HashMap<>();
    for (Json item : intent.items("writes")) {
      if (!(item instanceof Json.Obj image)) {
        throw new JsonFormatException("writes: expected objects");
      }
      boolean deleted = image.get("value").orElse(Json.Null.NULL) == Json.Null.NULL;
      writes.put(
          bytes(image.needText("key")),
          deleted ? Optional.empty() : Optional.of(bytes(image.needText("value"))));
    }
    return writes;
  }

  private static Bytes bytes(String base64) {
    return Bytes.of(Base64.getDecoder().decode(base64));
  }
}
