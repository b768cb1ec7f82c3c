package io.ipamrepair.cli;

import io.ipamrepair.check.Capacity;
import io.ipamrepair.check.Finding;
import io.ipamrepair.check.Remedy;
import io.ipamrepair.check.Since;
import io.ipamrepair.cidr.IpFamily;
import io.ipamrepair.json.Json;
import io.ipamrepair.run.ToolKeys;
import io.ipamrepair.source.Origin;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * What {@code scan} found, for programs; rules, severities and objects are named as in the
 * reference.
 */
final class ScanJson {
  private ScanJson() {}

  static Json.Obj of(ScanReport report) {
    ReadState read = report.look().read();
    return Json.Obj.of(
        "format", Json.Num.of(1),
        "etcd",
            Json.Obj.of(
                "endpoint", optional(endpoint(read.origin())),
                "clusterId", optional(read.origin().etcdClusterId())),
        "source", source(read.origin()),
        "calicoGuid", optional(read.state().guid()),
        "revision", Json.Num.of(read.state().revision()),
        "keys", Json.Num.of(read.state().keys()),
        "moment", moment(report.look()),
        "settled", report.settled().<Json>map(ScanJson::settled).orElse(Json.Null.NULL),
        "hidden", Json.Num.of(report.hidden()),
        "baseline", report.baseline().<Json>map(ScanJson::baseline).orElse(Json.Null.NULL),
        "findings",
            new Json.Array(
                report.findings().stream()
                    .<Json>map(finding -> finding(finding, report.since()))
                    .toList()),
        "capacity", capacity(report.capacity()));
  }

  private static Json.Obj moment(Look look) {
    Optional<ToolKeys> keys = look.toolKeys();
    List<ToolKeys.UnclosedRun> unclosed = keys.map(ToolKeys::unclosed).orElse(List.of());
    return Json.Obj.of(
        "toolKeysRead", Json.Bool.of(keys.isPresent()),
        "lockedSinceRevision",
            keys.flatMap(ToolKeys::lock)
                .<Json>map(holder -> Json.Num.of(holder.createRevision()))
                .orElse(Json.Null.NULL),
        "unclosedRuns", new Json.Array(unclosed.stream().<Json>map(ScanJson::unclosed).toList()),
        "datastoreReady",
            MomentText.datastoreReady(look).<Json>map(Json.Bool::of).orElse(Json.Null.NULL));
  }

  private static Json.Obj unclosed(ToolKeys.UnclosedRun unclosed) {
    Json.Obj run = Json.Obj.of("run", new Json.Text(unclosed.run()));
    if (unclosed instanceof ToolKeys.UnclosedRun.Begun begun) {
      return run.with("state", new Json.Text(begun.givenUp() ? "given-up" : "open"))
          .with("holder", new Json.Text(begun.holder()))
          .with("done", Json.Num.of(begun.done()))
          .with("steps", Json.Num.of(begun.steps()));
    }
    return run.with("state", new Json.Text("unreadable"));
  }

  private static Json.Obj settled(Settling.Settled settled) {
    return Json.Obj.of(
        "firstRevision", Json.Num.of(settled.firstRevision()),
        "passed", Json.Num.of(settled.passed()),
        "fresh", Json.Num.of(settled.fresh()));
  }

  private static Json.Obj baseline(ScanReport.BaselineUse baseline) {
    return Json.Obj.of(
        "leftOut", Json.Num.of(baseline.leftOut()),
        "gone", Json.Num.of(baseline.gone()));
  }

  private static Optional<String> endpoint(Origin origin) {
    return origin instanceof Origin.Live live ? Optional.of(live.endpoint()) : Optional.empty();
  }

  private static Json.Obj source(Origin origin) {
    String kind = "live";
    Optional<String> file = Optional.empty();
    if (origin instanceof Origin.Snapshot snapshot) {
      kind = "snapshot";
      file = Optional.of(snapshot.file());
    } else if (origin instanceof Origin.Dump dump) {
      kind = "dump";
      file = Optional.of(dump.file());
    }
    return Json.Obj.of("kind", new Json.Text(kind), "file", optional(file));
  }

  private static Json optional(Optional<String> text) {
    return text.<Json>map(Json.Text::new).orElse(Json.Null.NULL);
  }

  private static Json.Obj capacity(Capacity capacity) {
    return Json.Obj.of(
        "blocks", Json.Num.of(capacity.blocks()),
        "emptyBlocks", Json.Num.of(capacity.emptyBlocks()),
        "nodes", Json.Num.of(capacity.nodes()),
        "nodesWithoutBlock", Json.Array.ofTexts(capacity.nodesWithoutBlock()),
        "families",
            new Json.Array(
                capacity.room().keySet().stream()
                    .<Json>map(family -> family(capacity, family))
                    .toList()),
        "pools", new Json.Array(capacity.byPool().stream().<Json>map(ScanJson::pool).toList()),
        "endsFirst", capacity.endsFirst().<Json>map(Json.Text::new).orElse(Json.Null.NULL),
        "notes", new Json.Array(capacity.notes().stream().<Json>map(ScanJson::note).toList()));
  }

  private static Json.Obj finding(Finding finding, Since since) {
    OptionalLong unchanged = since.revision(finding);
    Json.Obj told =
        finding(finding)
            .with(
                "unchangedSinceRevision",
                unchanged.isPresent() ? Json.Num.of(unchanged.getAsLong()) : Json.Null.NULL);
    return since
        .allocated(finding)
        .map(time -> told.with("allocatedAt", new Json.Text(time.toString())))
        .orElse(told);
  }

  private static Json.Obj family(Capacity capacity, IpFamily family) {
    Capacity.Addresses addresses = capacity.addresses().get(family);
    Capacity.Room room = capacity.room().get(family);
    return Json.Obj.of(
        "family", new Json.Text(family.pathSegment()),
        "freeBlocks", number(room.blocks()),
        "addressesTotal", number(addresses.total()),
        "addressesUsed", number(addresses.used()),
        "addressesFree", number(addresses.free()),
        "addressesBorrowed", number(addresses.borrowed()),
        "moreNodes", number(room.moreNodes()),
        "morePods", number(room.morePods()));
  }

  private static Json.Obj note(Capacity.Note note) {
    return Json.Obj.of(
        "level", new Json.Text(note.level().text()),
        "pools", Json.Array.ofTexts(note.pools()),
        "text", new Json.Text(note.text()));
  }

  /** One finding. */
  static Json.Obj finding(Finding finding) {
    return Json.Obj.of(
        "rule", new Json.Text(finding.rule()),
        "severity", new Json.Text(finding.severity().text()),
        "urgency", new Json.Text(finding.urgency().text()),
        "objects", Json.Array.ofTexts(finding.objects().stream().map(Object::toString).toList()),
        "problem", new Json.Text(finding.problem()),
        "traffic", new Json.Text(finding.traffic()),
        "repair",
            finding.remedy() instanceof Remedy.Command command
                ? Json.Array.ofTexts(command.arguments())
                : Json.Null.NULL);
  }

  static Json.Obj pool(Capacity.PoolUse pool) {
    List<String> without =
        pool.nodesWithoutBlock().stream().map(Capacity.NodeWithoutBlock::node).toList();
    return Json.Obj.of(
        "name", new Json.Text(pool.name()),
        "network", new Json.Text(pool.network().toString()),
        "blockSize", Json.Num.of(pool.blockSize()),
        "enabled", Json.Bool.of(pool.enabled()),
        "purpose", new Json.Text(pool.purpose().text()),
        "blocks", Json.Num.of(pool.blocks()),
        "blocksTotal", number(pool.places()),
        "freeBlocks", number(pool.room()),
        "addressesUsed", number(pool.addresses().used()),
        "addressesTotal", number(pool.addresses().total()),
        "addressesFree", number(pool.addresses().free()),
        "addressesBorrowed", number(pool.addresses().borrowed()),
        "nodes", Json.Num.of(pool.nodes()),
        "nodesWithoutBlock", Json.Array.ofTexts(without),
        "moreNodes", number(pool.moreNodes()),
        "morePods", number(pool.morePods()));
  }

  private static Json number(Number number) {
    return new Json.Num(number.toString());
  }
}
