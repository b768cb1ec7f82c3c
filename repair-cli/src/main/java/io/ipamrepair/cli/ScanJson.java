package io.ipamrepair.cli;

import io.ipamrepair.check.Capacity;
import io.ipamrepair.check.Finding;
import io.ipamrepair.check.Remedy;
import io.ipamrepair.json.Json;
import java.util.List;

/**
 * What {@code scan} found, for programs; rules, severities and objects are named as in the
 * reference.
 */
final class ScanJson {
  private ScanJson() {}

  static Json.Obj of(LiveState live, List<Finding> findings, Capacity capacity) {
    return Json.Obj.of(
        "format", Json.Num.of(1),
        "etcd",
            Json.Obj.of(
                "endpoint", new Json.Text(live.identity().endpoint()),
                "clusterId", new Json.Text(live.clusterId())),
        "calicoGuid", live.state().guid().<Json>map(Json.Text::new).orElse(Json.Null.NULL),
        "revision", Json.Num.of(live.state().revision()),
        "keys", Json.Num.of(live.state().keys()),
        "findings", new Json.Array(findings.stream().<Json>map(ScanJson::finding).toList()),
        "capacity", capacity(capacity));
  }

  private static Json.Obj capacity(Capacity capacity) {
    return Json.Obj.of(
        "blocks", Json.Num.of(capacity.blocks()),
        "emptyBlocks", Json.Num.of(capacity.emptyBlocks()),
        "nodes", Json.Num.of(capacity.nodes()),
        "nodesWithoutBlock", Json.Array.ofTexts(capacity.nodesWithoutBlock()),
        "pools", new Json.Array(capacity.byPool().stream().<Json>map(ScanJson::pool).toList()));
  }

  static Json.Obj finding(Finding finding) {
    return Json.Obj.of(
        "rule", new Json.Text(finding.rule()),
        "severity", new Json.Text(finding.severity().text()),
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
        "blocks", Json.Num.of(pool.blocks()),
        "freeBlocks", number(pool.room()),
        "addressesUsed", number(pool.addresses().used()),
        "addressesTotal", number(pool.addresses().total()),
        "addressesBorrowed", number(pool.addresses().borrowed()),
        "nodesWithoutBlock", Json.Array.ofTexts(without));
  }

  private static Json number(Number number) {
    return new Json.Num(number.toString());
  }
}
