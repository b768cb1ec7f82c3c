package io.ipamrepair.plan;

import io.ipamrepair.calico.Affinity;
import io.ipamrepair.calico.CalicoKey;
import io.ipamrepair.calico.KeyLayout;
import io.ipamrepair.calico.ObjectName;
import io.ipamrepair.change.AfterImage;
import io.ipamrepair.change.Edit;
import io.ipamrepair.change.EditException;
import io.ipamrepair.change.Requirement;
import io.ipamrepair.check.Severity;
import io.ipamrepair.cidr.IpAddress;
import io.ipamrepair.cidr.IpFamily;
import io.ipamrepair.json.Json;
import io.ipamrepair.kv.Bytes;
import io.ipamrepair.kv.KeyValue;
import io.ipamrepair.plan.Plan.FindingRef;
import io.ipamrepair.plan.Plan.PlannedWrite;
import io.ipamrepair.plan.Plan.Step;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * JSON → plan, refusing everything that this release does not know: a plan file is data from
 * somebody else. What it says is checked as well: keys, limits, and that each after-image follows
 * from its before-image and edits.
 */
final class PlanReader {
  /** No block is larger than a /20 of IPv4. */
  private static final int MOST_ORDINALS = 4095;

  private final EtcdLimits limits;
  private final KeyLayout layout = new KeyLayout();
  private final List<String> problems = new ArrayList<>();

  PlanReader(EtcdLimits limits) {
    this.limits = limits;
  }

  Plan read(Json.Obj json, List<String> known) throws PlanFormatException {
    Json format = json.get("format").orElse(Json.Null.NULL);
    if (!format.equals(Json.Num.of(PlanFile.FORMAT))) {
      // A file of another format may mean anything by its fields.
      throw new PlanFormatException(
          List.of(
              "format: this release reads version "
                  + PlanFile.FORMAT
                  + ", the file has "
                  + (format == Json.Null.NULL ? "none" : format.encode().display())));
    }
    problems.addAll(known);
    StrictObject file = new StrictObject(json, "", problems);
    file.number("format");
    file.text("digest");
    Instant created = file.time("created");
    Plan plan =
        new Plan(
            file.text("title"),
            file.texts("command"),
            file.text("author"),
            authorKey(file),
            created,
            file.time("expires"),
            file.text("reason"),
            file.object(
                "cluster",
                cluster ->
                    new Plan.Cluster(
                        cluster.optionalText("etcdClusterId"),
                        cluster.optionalText("calicoGuid"),
                        cluster.number("revision"),
                        cluster.number("keys"),
                        cluster.integer("leftElsewhere"))),
            file.object("findings", this::findings),
            file.object("impact", this::impact),
            file.texts("left"),
            file.text("acceptedRisk"),
            file.object(
                "limits",
                object -> new EtcdLimits(object.integer("operations"), object.integer("bytes"))),
            file.objects("steps", step -> step(step, created)),
            file.optionalObject("context", this::context));
    file.rejectUnknown();
    rejectForeignRestores(plan);
    if (plan.steps().isEmpty() && json.get("steps").isPresent()) {
      problems.add("steps: there is none");
    }
    if (!problems.isEmpty()) {
      throw new PlanFormatException(problems);
    }
    return plan;
  }

  private static Optional<String> authorKey(StrictObject file) {
    Optional<String> key = file.optionalText("authorKey");
    if (key.isPresent() && !key.get().matches("SHA256:[A-Za-z0-9+/]{43}")) {
      file.problem("authorKey", "expected the fingerprint of an SSH key, SHA256:…");
    }
    return key;
  }

  /** Only a rollback puts anything back: a repair makes nothing that it has not seen. */
  private void rejectForeignRestores(Plan plan) {
    boolean restores =
        plan.steps().stream()
            .flatMap(step -> step.writes().stream())
            .anyMatch(write -> restores(write) || givesBack(write));
    boolean rollback = !plan.command().isEmpty() && plan.command().get(0).equals("rollback");
    if (restores && !rollback) {
      problems.add("command: only a rollback may put anything back; found " + plan.command());
    }
  }

  private static boolean restores(PlannedWrite write) {
    return write.edits().stream()
        .anyMatch(edit -> edit instanceof Edit.RestoreBytes || edit instanceof Edit.RestoreAbsence);
  }

  private static boolean givesBack(PlannedWrite write) {
    return write.edits().stream()
        .anyMatch(
            edit ->
                edit instanceof Edit.ReturnBlock
                    || edit instanceof Edit.HoldOrdinals
                    || edit instanceof Edit.CreateHandle
                    || edit instanceof Edit.EnablePool);
  }

  private Plan.Findings findings(StrictObject object) {
    return new Plan.Findings(
        object.objects("resolved", this::finding),
        object.objects("left", this::finding),
        object.objects("introduced", this::finding));
  }

  private FindingRef finding(StrictObject object) {
    String severity = object.text("severity");
    Optional<Severity> known =
        List.of(Severity.values()).stream()
            .filter(each -> each.text().equals(severity))
            .findFirst();
    if (known.isEmpty()) {
      object.problem("severity", "expected error, warning or info");
    }
    List<ObjectName> objects = object.texts("objects").stream().map(ObjectName::new).toList();
    if (objects.isEmpty()) {
      object.problem("objects", "a finding names at least one");
    }
    return new FindingRef(object.text("rule"), known.orElse(Severity.ERROR), objects);
  }

  private Plan.Impact impact(StrictObject object) {
    return new Plan.Impact(
        object.integer("addresses"),
        sorted(object, "nodes"),
        sorted(object, "workloads"),
        sorted(object, "singleEndpoint"),
        object.texts("effects"));
  }

  private Plan.Context context(StrictObject object) {
    List<KeyValue> keys =
        object.objects(
            "keys", each -> new KeyValue(each.image("key"), each.image("value"), 0, 0, 0));
    SortedMap<Bytes, Bytes> byKey = new TreeMap<>();
    Optional<Bytes> last = Optional.empty();
    for (KeyValue each : keys) {
      if (last.filter(before -> before.compareTo(each.key()) >= 0).isPresent()) {
        object.problem("keys", "the key " + each.key() + " is out of order, or there twice");
      }
      last = Optional.of(each.key());
      byKey.put(each.key(), each.value());
    }
    return new Plan.Context(byKey, sorted(object, "othersOf"));
  }

  /** Names in their order, each once: what a set says is said in one way only. */
  private static SortedSet<String> sorted(StrictObject object, String name) {
    List<String> texts = object.texts(name);
    SortedSet<String> sorted = new TreeSet<>(texts);
    if (!List.copyOf(sorted).equals(texts)) {
      object.problem(name, "out of order, or one of them is there twice");
    }
    return sorted;
  }

  private Step step(StrictObject object, Instant created) {
    Step step =
        new Step(
            object.texts("titles"),
            object.bool("quietFirst"),
            object.objects("requires", this::requirement),
            object.objects("writes", write -> write(write, created)));
    Set<Bytes> keys = new TreeSet<>();
    step.writes().stream()
        .filter(write -> !keys.add(write.key()))
        .forEach(
            write ->
                object.problem(
                    "writes", "the key " + write.key() + " is written twice in one transaction"));
    if (step.writes().isEmpty()) {
      object.problem("writes", "a step writes at least one key");
    }
    limits.exceededBy(step).forEach(limit -> object.problem("writes", limit));
    return step;
  }

  private PlannedWrite write(StrictObject object, Instant created) {
    PlannedWrite write =
        new PlannedWrite(
            object.image("key"),
            object.text("reason"),
            object.objects("edits", this::edit),
            object.optionalImage("before"),
            object.optionalImage("after"),
            object.texts("boundAtCommit"),
            object.number("createRevision"));
    boolean allowed = layout.writable().stream().anyMatch(prefix -> write.key().startsWith(prefix));
    if (!allowed) {
      object.problem("key", write.key() + " is none that a repair may write");
    } else {
      CalicoKey at = layout.classify(write.key());
      write.edits().stream()
          .filter(edit -> !fits(edit, at))
          .forEach(
              edit ->
                  object.problem(
                      "edits", "of no object like " + write.key() + ": " + edit.words()));
    }
    verifyFollows(object, write, created);
    return write;
  }

  /** Whether an edit is one of objects of this kind. */
  private static boolean fits(Edit edit, CalicoKey at) {
    if (edit instanceof Edit.CreateAffinity || edit instanceof Edit.SetAffinityState) {
      return at instanceof CalicoKey.AffinityKey;
    } else if (edit instanceof Edit.SetBlockOwner
        || edit instanceof Edit.ReturnBlock
        || edit instanceof Edit.FreeOrdinals
        || edit instanceof Edit.HoldOrdinals
        || edit instanceof Edit.TouchBlock) {
      return at instanceof CalicoKey.BlockKey;
    } else if (edit instanceof Edit.SetHandleCount || edit instanceof Edit.CreateHandle) {
      return at instanceof CalicoKey.HandleKey;
    } else if (edit instanceof Edit.DisablePool || edit instanceof Edit.EnablePool) {
      return at instanceof CalicoKey.PoolKey;
    }
    return at instanceof CalicoKey.BlockKey
        || at instanceof CalicoKey.AffinityKey
        || at instanceof CalicoKey.HandleKey
        || at instanceof CalicoKey.PoolKey;
  }

  /** A reviewer reads the edits, etcd gets the after-image: they must say the same. */
  private void verifyFollows(StrictObject object, PlannedWrite write, Instant created) {
    if (write.edits().isEmpty()) {
      object.problem("edits", "a write has at least one");
    } else if (restores(write)) {
      boolean absent = write.edits().get(0) instanceof Edit.RestoreAbsence;
      if (write.edits().size() != 1 || write.after().isEmpty() != absent) {
        object.problem("after", "does not follow from its edits");
      }
      if (!write.boundAtCommit().isEmpty()) {
        object.problem("boundAtCommit", "what is put back is put back as it was");
      }
    } else {
      try {
        boolean same = AfterImage.of(write.before(), write.edits(), created).equals(write.after());
        if (!same || !write.boundAtCommit().equals(Planner.boundAtCommit(write.edits()))) {
          object.problem("after", "does not follow from the before-image and the edits");
        }
      } catch (EditException unfit) {
        object.problem("edits", unfit.getMessage());
      }
    }
  }

  private Edit edit(StrictObject object) {
    String kind = object.text("edit");
    return switch (kind) {
      case "create-affinity" -> new Edit.CreateAffinity(state(object, "state"));
      case "set-affinity-state" -> new Edit.SetAffinityState(state(object, "to"));
      case "set-block-owner" ->
          new Edit.SetBlockOwner(
              object.owner("from"), object.owner("to"), object.bool("stampClaimTime"));
      case "free-ordinals" -> {
        TreeMap<Integer, String> handles = new TreeMap<>();
        object
            .textMap("handles")
            .forEach(
                (ordinal, handle) -> {
                  if (ordinal.matches("0|[1-9][0-9]{0,3}")) {
                    handles.put(Integer.parseInt(ordinal), handle);
                  } else {
                    object.problem("handles", ordinal + " is no ordinal");
                  }
                });
        yield new Edit.FreeOrdinals(handles);
      }
      case "touch-block" -> new Edit.TouchBlock();
      case "set-handle-count" ->
          new Edit.SetHandleCount(object.text("block"), object.signed("from"), object.signed("to"));
      case "return-block" ->
          new Edit.ReturnBlock(
              object.owner("from"), object.owner("to"), object.optionalText("claimTime"));
      case "hold-ordinals" -> {
        TreeMap<Integer, Edit.Holder> holders = new TreeMap<>();
        object.objects("holders", this::holder).forEach(held -> holders.putAll(held));
        yield new Edit.HoldOrdinals(holders);
      }
      case "create-handle" -> {
        TreeMap<String, Long> counts = new TreeMap<>();
        object.objects("counts", count -> counts.put(count.text("block"), count.number("count")));
        yield new Edit.CreateHandle(counts);
      }
      case "enable-pool" -> new Edit.EnablePool(object.optionalJson("disabled"));
      case "disable-pool" -> new Edit.DisablePool();
      case "delete-key" -> new Edit.DeleteKey();
      case "restore-bytes" -> new Edit.RestoreBytes(object.text("run"));
      case "restore-absence" -> new Edit.RestoreAbsence(object.text("run"));
      default -> {
        object.problem("edit", "unknown: " + kind);
        yield new Edit.DeleteKey();
      }
    };
  }

  private Map<Integer, Edit.Holder> holder(StrictObject object) {
    long ordinal = object.number("ordinal");
    if (ordinal > MOST_ORDINALS) {
      object.problem("ordinal", ordinal + " is no ordinal");
    }
    return Map.of(
        (int) Math.min(ordinal, MOST_ORDINALS),
        new Edit.Holder(object.json("attribute"), object.optionalJson("number")));
  }

  private static Affinity.State state(StrictObject object, String name) {
    String text = object.text(name);
    return List.of(Affinity.State.values()).stream()
        .filter(state -> state != Affinity.State.UNKNOWN && state.text().equals(text))
        .findFirst()
        .orElseGet(
            () -> {
              object.problem(name, "expected confirmed, pending or pendingDeletion");
              return Affinity.State.UNKNOWN;
            });
  }

  private Requirement requirement(StrictObject object) {
    String kind = object.text("requires");
    return switch (kind) {
      case "key-is" -> new Requirement.KeyIs(object.image("key"), object.image("value"));
      case "key-absent" -> new Requirement.KeyAbsent(object.image("key"));
      case "address-unused" -> addressUnused(object);
      case "no-other-blocks" ->
          new Requirement.NoOtherBlocks(
              object.cidr("network"), new TreeSet<>(object.cidrs("known")));
      case "no-pool-contains" -> new Requirement.NoPoolContains(object.cidr("block"));
      case "block-owner-is" ->
          new Requirement.BlockOwnerIs(object.cidr("block"), object.owner("owner"));
      case "node-selected" ->
          new Requirement.NodeSelected(object.text("node"), object.text("selector"));
      case "blocks-at-most" -> blocksAtMost(object);
      default -> {
        object.problem("requires", "unknown: " + kind);
        yield new Requirement.KeyAbsent(Bytes.EMPTY);
      }
    };
  }

  private static Requirement addressUnused(StrictObject object) {
    String text = object.text("address");
    Optional<IpAddress> address = IpAddress.read(text);
    if (address.isEmpty()) {
      object.problem("address", "expected an address");
    }
    return new Requirement.AddressUnused(
        address.orElseGet(() -> IpAddress.read("0.0.0.0").orElseThrow()),
        object.text("namespace"),
        object.text("node"),
        object.text("pod"));
  }

  private static Requirement blocksAtMost(StrictObject object) {
    String text = object.text("family");
    Optional<IpFamily> family =
        List.of(IpFamily.values()).stream()
            .filter(each -> each.pathSegment().equals(text))
            .findFirst();
    if (family.isEmpty()) {
      object.problem("family", "expected ipv4 or ipv6");
    }
    return new Requirement.BlocksAtMost(
        object.text("node"),
        family.orElse(IpFamily.IPV4),
        object.signed("most"),
        new TreeSet<>(object.cidrs("except")));
  }
}
