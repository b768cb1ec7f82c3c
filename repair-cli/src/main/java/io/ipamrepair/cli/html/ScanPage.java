package io.ipamrepair.cli.html;

import io.ipamrepair.map.AddressMap;
import java.util.List;

/**
 * What is wrong with a cluster.
 *
 * @param head the top
 * @param next the commands that repair all of it, and where to read on; may be none
 * @param map the address space as it is
 * @param findings what was found, the worst first
 * @param capacity what is to say of the pools' capacity, a sentence each
 * @param leftOut what was found and is not shown, a sentence each
 */
public record ScanPage(
    Head head,
    List<String> next,
    AddressMap map,
    List<FindingNote> findings,
    List<String> capacity,
    List<String> leftOut) {
  public ScanPage {
    next = List.copyOf(next);
    findings = List.copyOf(findings);
    capacity = List.copyOf(capacity);
    leftOut = List.copyOf(leftOut);
  }
}
