package io.ipamrepair.check;

import io.ipamrepair.calico.IpamState;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;

/** Judges a state by every rule. */
public final class Check {
  /** In the order of the reference. */
  static final List<Rule> RULES =
      List.of(
          new K1UnknownKey(),
          new K2UnreadableValue(),
          new K3NonCanonicalKey(),
          new K4ResourceIdentity(),
          new P1PoolCidr(),
          new P2OverlappingPools(),
          new P3PoolBlockSize(),
          new P4PoolSettings(),
          new B1BlockCidr(),
          new B2BlockSize(),
          new B3AttributeIndex(),
          new B4FreeList(),
          new B5UnusedAttribute(),
          new B6CoolingDown(),
          new B7SequenceNumbers(),
          new B8OwnerForm(),
          new B9OverlappingBlocks(),
          new B10BlockPools(),
          new B11BlockSizeOfPool(),
          new B12Deleted(),
          new B13EmptyOrphan(),
          new B14OwnerExists(),
          new B15BlocksPerNode(),
          new B16OrphanInUse(),
          new A1State(),
          new A2Rivals(),
          new A3ConfirmedOwnsBlock(),
          new A4OwnerHasKey(),
          new A5Unfinished(),
          new A6InPool(),
          new A7OwnerExists(),
          new H1HandleExists(),
          new H2HandleCounts(),
          new H3HandleEntries(),
          new H4Deleted(),
          new H5VirtualMachineAddresses(),
          new W1AddressHeld(),
          new W2HolderMatches(),
          new W3Leaked(),
          new W4UsedTwice(),
          new W5TunnelAddress(),
          new W6EndpointName(),
          new W7TunnelAddresses(),
          new W8Borrowed(),
          new R1Reserved(),
          new C1IpamConfig(),
          new C2TwoConfigs(),
          new C3ClusterInformation(),
          new C4OrchestratorReference());

  private Check() {}

  /** The ID of every rule, in the order of the reference. */
  public static List<String> ruleIds() {
    return RULES.stream().map(Rule::id).toList();
  }

  /** Every finding of every rule, the worst first; times are not compared with the present. */
  public static List<Finding> of(IpamState state) {
    return of(new Evidence(state, Optional.empty()));
  }

  /**
   * Every finding of every rule, the worst first.
   *
   * @param now the present, for times that lie ahead of it (rule B6)
   */
  public static List<Finding> of(IpamState state, Instant now) {
    return of(new Evidence(state, Optional.of(now)));
  }

  private static List<Finding> of(Evidence evidence) {
    List<Finding> findings = new ArrayList<>();
    RULES.forEach(rule -> rule.judge(evidence, findings::add));
    Collections.sort(findings);
    return Collections.unmodifiableList(findings);
  }
}
