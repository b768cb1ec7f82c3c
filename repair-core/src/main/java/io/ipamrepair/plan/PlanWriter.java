package io.ipamrepair.plan;

import io.ipamrepair.change.Edit;
import io.ipamrepair.change.Requirement;
import io.ipamrepair.json.Json;
import io.ipamrepair.kv.Bytes;
import io.ipamrepair.plan.Plan.FindingRef;
import io.ipamrepair.plan.Plan.PlannedWrite;
import io.ipamrepair.plan.Plan.Step;
import java.util.Base64;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/** Plan → JSON. {@link PlanReader} is its inverse. */
final class PlanWriter {
  private PlanWriter() {}

  static Json.Obj json(Plan plan) {
    return Json.Obj.of(
        "format", Json.Num.of(PlanFile.FORMAT),
        "title", text(plan.title()),
        "command", Json.Array.ofTexts(plan.command()),
        "author", text(plan.author()),
        "authorKey", optional(plan.authorKey()),
        "created", text(plan.created().toString()),
        "expires", text(plan.expires().toString()),
        "reason", text(plan.reason()),
        "cluster", cluster(plan.cluster()),
        "findings", findings(plan.findings()),
        "impact", impact(plan.impact()),
        "left", Json.Array.ofTexts(plan.left()),
        "acceptedRisk", text(plan.acceptedRisk()),
        "limits", limits(plan.limits()),
        "steps", array(plan.steps().stream().map(PlanWriter::step).toList()),
        "context", plan.context().<Json>map(PlanWriter::context).orElse(Json.Null.NULL));
  }

  private static Json.Obj cluster(Plan.Cluster cluster) {
    return Json.Obj.of(
        "etcdClusterId", optional(cluster.etcdClusterId()),
        "calicoGuid", optional(cluster.guid()),
        "revision", Json.Num.of(cluster.revision()),
        "keys", Json.Num.of(cluster.keys()),
        "leftElsewhere", Json.Num.of(cluster.leftElsewhere()));
  }

  private static Json.Obj limits(EtcdLimits limits) {
    return Json.Obj.of(
        "operations", Json.Num.of(limits.operations()), "bytes", Json.Num.of(limits.bytes()));
  }

  private static Json.Obj context(Plan.Context context) {
    return Json.Obj.of(
        "othersOf", Json.Array.ofTexts(context.othersOf()),
        "keys",
            array(
                context.keys().entrySet().stream()
                    .map(
                        each ->
                            Json.Obj.of(
                                "key", image(each.getKey()), "value", image(each.getValue())))
                    .toList()));
  }

  private static Json.Obj findings(Plan.Findings findings) {
    return Json.Obj.of(
        "resolved", array(findings.resolved().stream().map(PlanWriter::finding).toList()),
        "left", array(findings.left().stream().map(PlanWriter::finding).toList()),
        "introduced", array(findings.introduced().stream().map(PlanWriter::finding).toList()));
  }

  private static Json.Obj finding(FindingRef finding) {
    return Json.Obj.of(
        "rule", text(finding.rule()),
        "severity", text(finding.severity().text()),
        "objects", Json.Array.ofTexts(finding.objects().stream().map(Object::toString).toList()));
  }

  private static Json.Obj impact(Plan.Impact impact) {
    return Json.Obj.of(
        "addresses", Json.Num.of(impact.addresses()),
        "nodes", Json.Array.ofTexts(impact.nodes()),
        "workloads", Json.Array.ofTexts(impact.workloads()),
        "singleEndpoint", Json.Array.ofTexts(impact.singleEndpoint()),
        "effects", Json.Array.ofTexts(impact.effects()));
  }

  private static Json.Obj step(Step step) {
    return Json.Obj.of(
        "titles", Json.Array.ofTexts(step.titles()),
        "quietFirst", Json.Bool.of(step.quietFirst()),
        "requires", array(step.requires().stream().map(PlanWriter::requirement).toList()),
        "writes", array(step.writes().stream().map(PlanWriter::write).toList()));
  }

  private static Json.Obj write(PlannedWrite write) {
    return Json.Obj.of(
        "key", image(write.key()),
        "reason", text(write.reason()),
        "edits", array(write.edits().stream().map(PlanWriter::edit).toList()),
        "before", write.before().map(PlanWriter::image).orElse(Json.Null.NULL),
        "after", write.after().map(PlanWriter::image).orElse(Json.Null.NULL),
        "boundAtCommit", Json.Array.ofTexts(write.boundAtCommit()),
        "createRevision", Json.Num.of(write.createRevision()));
  }

  /** Text exactly as it is in etcd, or base64 where it is not UTF-8. */
  static Json image(Bytes bytes) {
    return bytes
        .text()
        .<Json>map(Json.Text::new)
        .orElseGet(
            () -> Json.Obj.of("base64", text(Base64.getEncoder().encodeToString(bytes.toArray()))));
  }

  private static Json.Obj holder(int ordinal, Edit.Holder holder) {
    return Json.Obj.of(
        "ordinal", Json.Num.of(ordinal),
        "attribute", holder.attribute(),
        "number", holder.number().orElse(Json.Null.NULL));
  }

  static Json.Obj edit(Edit edit) {
    if (edit instanceof Edit.CreateAffinity create) {
      return Json.Obj.of("edit", text("create-affinity"), "state", text(create.state().text()));
    } else if (edit instanceof Edit.SetAffinityState state) {
      return Json.Obj.of("edit", text("set-affinity-state"), "to", text(state.to().text()));
    } else if (edit instanceof Edit.SetBlockOwner owner) {
      return Json.Obj.of(
          "edit", text("set-block-owner"),
          "from", optional(owner.from().map(Object::toString)),
          "to", optional(owner.to().map(Object::toString)),
          "stampClaimTime", Json.Bool.of(owner.stampClaimTime()));
    } else if (edit instanceof Edit.FreeOrdinals free) {
      Map<String, Json> handles = new LinkedHashMap<>();
      free.handles().forEach((ordinal, handle) -> handles.put(ordinal.toString(), text(handle)));
      return Json.Obj.of("edit", text("free-ordinals"), "handles", new Json.Obj(handles));
    } else if (edit instanceof Edit.TouchBlock) {
      return Json.Obj.of("edit", text("touch-block"));
    } else if (edit instanceof Edit.SetHandleCount count) {
      return Json.Obj.of(
          "edit", text("set-handle-count"),
          "block", text(count.block()),
          "from", Json.Num.of(count.from()),
          "to", Json.Num.of(count.to()));
    } else if (edit instanceof Edit.ReturnBlock back) {
      return Json.Obj.of(
          "edit", text("return-block"),
          "from", optional(back.from().map(Object::toString)),
          "to", optional(back.to().map(Object::toString)),
          "claimTime", optional(back.claimTime()));
    } else if (edit instanceof Edit.HoldOrdinals hold) {
      return Json.Obj.of(
          "edit", text("hold-ordinals"),
          "holders",
              array(
                  hold.holders().entrySet().stream()
                      .map(entry -> holder(entry.getKey(), entry.getValue()))
                      .toList()));
    } else if (edit instanceof Edit.CreateHandle create) {
      return Json.Obj.of(
          "edit", text("create-handle"),
          "counts",
              array(
                  create.counts().entrySet().stream()
                      .map(
                          entry ->
                              Json.Obj.of(
                                  "block", text(entry.getKey()),
                                  "count", Json.Num.of(entry.getValue())))
                      .toList()));
    } else if (edit instanceof Edit.EnablePool enable) {
      return Json.Obj.of(
          "edit", text("enable-pool"), "disabled", enable.disabled().orElse(Json.Null.NULL));
    } else if (edit instanceof Edit.DisablePool) {
      return Json.Obj.of("edit", text("disable-pool"));
    } else if (edit instanceof Edit.DeleteKey) {
      return Json.Obj.of("edit", text("delete-key"));
    } else if (edit instanceof Edit.RestoreBytes restore) {
      return Json.Obj.of("edit", text("restore-bytes"), "run", text(restore.run()));
    }
    return Json.Obj.of(
        "edit", text("restore-absence"), "run", text(((Edit.RestoreAbsence) edit).run()));
  }

  static Json.Obj requirement(Requirement requirement) {
    if (requirement instanceof Requirement.KeyIs is) {
      return Json.Obj.of(
          "requires", text("key-is"), "key", image(is.key()), "value", image(is.value()));
    } else if (requirement instanceof Requirement.KeyAbsent absent) {
      return Json.Obj.of("requires", text("key-absent"), "key", image(absent.key()));
    } else if (requirement instanceof Requirement.AddressUnused unused) {
      return Json.Obj.of(
          "requires", text("address-unused"),
          "address", text(unused.address().toString()),
          "namespace", text(unused.namespace()),
          "node", text(unused.node()),
          "pod", text(unused.pod()));
    } else if (requirement instanceof Requirement.NoOtherBlocks blocks) {
      return Json.Obj.of(
          "requires", text("no-other-blocks"),
          "network", text(blocks.network().toString()),
          "known", Json.Array.ofTexts(blocks.known().stream().map(Object::toString).toList()));
    } else if (requirement instanceof Requirement.NoPoolContains pool) {
      return Json.Obj.of(
          "requires", text("no-pool-contains"), "block", text(pool.block().toString()));
    } else if (requirement instanceof Requirement.BlockOwnerIs owner) {
      return Json.Obj.of(
          "requires", text("block-owner-is"),
          "block", text(owner.block().toString()),
          "owner", optional(owner.owner().map(Object::toString)));
    } else if (requirement instanceof Requirement.NodeSelected node) {
      return Json.Obj.of(
          "requires",
          text("node-selected"),
          "node",
          text(node.node()),
          "selector",
          text(node.selector()));
    }
    Requirement.BlocksAtMost most = (Requirement.BlocksAtMost) requirement;
    return Json.Obj.of(
        "requires", text("blocks-at-most"),
        "node", text(most.node()),
        "family", text(most.family().pathSegment()),
        "most", Json.Num.of(most.most()),
        "except", Json.Array.ofTexts(most.except().stream().map(Object::toString).toList()));
  }

  private static Json text(String value) {
    return new Json.Text(value);
  }

  private static Json optional(Optional<String> value) {
    return value.<Json>map(Json.Text::new).orElse(Json.Null.NULL);
  }

  private static Json.Array array(Collection<? extends Json> items) {
    return new Json.Array(java.util.List.copyOf(items));
  }
}
