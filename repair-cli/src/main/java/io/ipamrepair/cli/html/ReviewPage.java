package io.ipamrepair.cli.html;

import io.ipamrepair.map.AddressMap;
import java.util.List;

/**
 * A plan for somebody who says yes or no to it.
 *
 * @param head the top
 * @param map the address space before and afterwards
 * @param findings what it does to findings, new ones first
 * @param elsewhere what is to say of findings on other objects; may be empty
 * @param answer who notices, in one sentence
 * @param impact what changes for traffic, a sentence each
 * @param workloads the workloads that it touches
 * @param alone those of them that have a single endpoint
 * @param steps what is written
 * @param left what was looked at and left alone
 * @param rollback what a rollback does, a sentence each
 * @param next the commands that come next, each with what for
 */
public record ReviewPage(
    Head head,
    AddressMap map,
    List<FindingLine> findings,
    String elsewhere,
    String answer,
    List<String> impact,
    List<String> workloads,
    List<String> alone,
    List<StepPart> steps,
    List<String> left,
    List<String> rollback,
    List<String> next) {
  public ReviewPage {
    findings = List.copyOf(findings);
    impact = List.copyOf(impact);
    workloads = List.copyOf(workloads);
    alone = List.copyOf(alone);
    steps = List.copyOf(steps);
    left = List.copyOf(left);
    rollback = List.copyOf(rollback);
    next = List.copyOf(next);
  }
}
