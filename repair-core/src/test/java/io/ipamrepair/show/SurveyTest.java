package io.ipamrepair.show;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import io.ipamrepair.calico.IpamState;
import io.ipamrepair.calico.ObjectName;
import io.ipamrepair.calico.Owner;
import io.ipamrepair.check.Check;
import io.ipamrepair.check.Finding;
import io.ipamrepair.check.Severity;
import io.ipamrepair.check.Standing;
import io.ipamrepair.cidr.Cidr;
import io.ipamrepair.cidr.IpAddress;
import io.ipamrepair.testing.Golden;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What is told of objects in states that Calico's own code wrote. */
class SurveyTest {
  private static final Set<OrdinalUse> SICK =
      EnumSet.of(OrdinalUse.CONFLICT, OrdinalUse.LOST, OrdinalUse.UNKNOWN, OrdinalUse.LEAKED);

  private static Survey survey(String release, String name) {
    return Survey.of(new Golden(release, name).state());
  }

  private static Survey survey(String name) {
    return survey("v3.32.1", name);
  }

  private static IpAddress ip(String text) {
    return IpAddress.read(text).orElseThrow();
  }

  private static OrdinalUse use(Survey survey, String address) {
    return survey.address(ip(address)).orElseThrow().places().get(0).use();
  }

  static Stream<Golden> cases() {
    return Golden.all().stream();
  }

  private static Optional<? extends Facts> facts(Survey survey, ObjectName object) {
    String name = object.text().substring(object.text().indexOf(':') + 1);
    return switch (object.kind()) {
      case "address" -> survey.address(ip(name));
      case "block" -> survey.block(Cidr.of(name));
      case "node" -> survey.node(name);
      case "pool" -> survey.pool(name);
      case "handle" -> survey.handle(name);
      default -> Optional.empty();
    };
  }

  @ParameterizedTest
  @MethodSource("cases")
  void everyFindingIsToldByThePageOfItsFirstObject(Golden golden) {
    IpamState state = golden.state();
    Survey survey = Survey.of(state);
    for (Finding finding : Check.of(state)) {
      if (Set.of("address", "block", "node", "pool", "handle").contains(finding.first().kind())) {
        Facts facts = facts(survey, finding.first()).orElseThrow();
        assertThat(survey.findings(facts)).as(finding.toString()).contains(finding);
      }
    }
  }

  @ParameterizedTest
  @MethodSource("cases")
  void everyBlockIsCountedOrdinalByOrdinal(Golden golden) {
    Survey survey = Survey.of(golden.state());
    List<Place> all = new ArrayList<>();
    for (Cidr cidr : survey.state().blocks().keySet()) {
      BlockFacts block = survey.block(cidr).orElseThrow();
      all.addAll(block.places());
      if (block.content().isPresent()) {
        assertThat(block.places()).hasSize(cidr.ordinals());
        assertThat(block.uses().values().stream().mapToInt(Integer::intValue).sum())
            .isEqualTo(cidr.ordinals());
        assertThat(block.places())
            .allSatisfy(
                place -> assertThat(place.address()).isEqualTo(cidr.address(place.ordinal())));
      } else {
        assertThat(block.places()).isEmpty();
        assertThat(block.unreadable()).isPresent();
      }
    }
    if (golden.name().startsWith("healthy-")) {
      assertThat(all).noneMatch(place -> SICK.contains(place.use()));
    }
    Check.of(survey.state()).stream()
        .filter(finding -> finding.rule().equals("W3") && finding.severity() != Severity.INFO)
        .forEach(
            leak ->
                assertThat(all)
                    .as(leak.problem())
                    .anySatisfy(
                        place -> {
                          assertThat(ObjectName.address(place.address())).isEqualTo(leak.first());
                          assertThat(place.use()).isIn(OrdinalUse.LEAKED, OrdinalUse.CONFLICT);
                        }));
  }

  @Test
  void anAddressThatTwoPodsUseIsInConflict() {
    AddressFacts facts = survey("crash-S15").address(ip("10.192.72.17")).orElseThrow();
    assertThat(facts.conflicts())
        .containsExactlyInAnyOrder(Conflict.USED_TWICE, Conflict.HELD_FOR_ANOTHER);
    assertThat(facts.users()).hasSize(2).allMatch(user -> user.pod().isPresent());
    assertThat(facts.places().get(0).use()).isEqualTo(OrdinalUse.CONFLICT);
    assertThat(facts.places().get(0).holder().orElseThrow().words())
        .isEqualTo("pod default/echostore-6d8f6bb64d-vqn22 on kubernetes2001");
  }

  @Test
  void aMigrationIsNoConflict() {
    AddressFacts facts = survey("kubevirt-migration").address(ip("10.192.68.131")).orElseThrow();
    assertThat(facts.conflicts()).isEmpty();
    assertThat(facts.users()).hasSize(2);
    assertThat(facts.places().get(0).holder().orElseThrow().words())
        .isEqualTo(
            "pod vms/virt-launcher-db-01-x7k2p of virtual machine db-01 on kubernetes2001,"
                + " moving to pod vms/virt-launcher-db-01-q9wz4 on kubernetes2002");
  }

  @Test
  void anAddressInUseThatIsFreeIsInConflict() {
    AddressFacts pod = survey("crash-S14").address(ip("10.192.68.65")).orElseThrow();
    assertThat(pod.conflicts()).containsExactly(Conflict.USED_BUT_FREE);
    assertThat(pod.places().get(0).holder()).isEmpty();
    Survey tunnels = survey("crash-S14-tunnel");
    assertThat(tunnels.address(ip("10.192.68.64")).orElseThrow().conflicts())
        .containsExactly(Conflict.USED_BUT_FREE);
    assertThat(tunnels.node("kubernetes2002").orElseThrow().tunnels())
        .extracting(TunnelAddress::standing)
        .containsExactly(TunnelAddress.Standing.NOT_HELD);
    assertThat(tunnels.node("kubernetes2001").orElseThrow().tunnels())
        .extracting(TunnelAddress::standing)
        .containsExactly(TunnelAddress.Standing.HELD);
  }

  @Test
  void twoBlocksThatHoldOneAddressAreBothTold() {
    AddressFacts facts = survey("overlapping-pools").address(ip("10.193.0.0")).orElseThrow();
    assertThat(facts.conflicts())
        .containsExactlyInAnyOrder(Conflict.USED_TWICE, Conflict.HELD_TWICE);
    assertThat(facts.places())
        .extracting(Place::block)
        .containsExactly(Cidr.of("10.193.0.0/29"), Cidr.of("10.193.0.0/30"));
    assertThat(facts.pools()).extracting(PoolOver::name).containsExactly("pods-a", "pods-b");
    assertThat(facts.governing().orElseThrow().name()).isEqualTo("pods-a");
  }

  @Test
  void whatABlocksListsContradictIsToldOfTheOrdinal() {
    Survey survey = survey("broken-blocks");
    assertThat(survey.address(ip("10.192.69.193")).orElseThrow().conflicts())
        .containsExactly(Conflict.OFFERED);
    assertThat(use(survey, "10.192.69.232")).isEqualTo(OrdinalUse.LOST);
    assertThat(use(survey, "10.192.69.129")).isEqualTo(OrdinalUse.UNKNOWN);
  }

  @Test
  void everyKindOfUseIsTold() {
    Survey dual = survey("healthy-dual");
    assertThat(use(dual, "10.67.0.161")).isEqualTo(OrdinalUse.TUNNEL);
    assertThat(use(dual, "10.67.0.77")).isEqualTo(OrdinalUse.RESERVED);
    assertThat(use(dual, "10.67.0.78")).isEqualTo(OrdinalUse.FREE);
    assertThat(use(dual, "10.67.200.80")).isEqualTo(OrdinalUse.SERVICE);
    assertThat(use(survey("healthy-windows"), "10.64.82.63")).isEqualTo(OrdinalUse.WINDOWS);
    assertThat(use(survey("healthy-windows"), "10.64.82.3")).isEqualTo(OrdinalUse.POD);
    assertThat(use(survey("HEAD", "cooldown"), "10.192.68.129")).isEqualTo(OrdinalUse.COOLING_DOWN);
    assertThat(use(survey("crash-S13"), "10.192.68.67")).isEqualTo(OrdinalUse.LEAKED);
    assertThat(survey("crash-S13").address(ip("10.192.68.67")).orElseThrow().conflicts())
        .containsExactly(Conflict.UNUSED);
  }

  @Test
  void whatCoolsDownHasNoHolderAndSaysSinceWhen() {
    Place place =
        survey("HEAD", "cooldown").address(ip("10.192.68.129")).orElseThrow().places().get(0);
    assertThat(place.holder()).isEmpty();
    assertThat(place.releasedAt()).isPresent();
  }

  @Test
  void borrowedAddressesAreToldOnBothSides() {
    Survey survey = survey("healthy-borrowed");
    NodeFacts borrower = survey.node("kubernetes1015").orElseThrow();
    assertThat(borrower.blocks()).isEmpty();
    assertThat(borrower.borrowed())
        .hasSize(4)
        .allMatch(place -> place.use() == OrdinalUse.BORROWED && place.isBorrowed());
    NodeFacts lender = survey.node("kubernetes1012").orElseThrow();
    assertThat(lender.lent())
        .extracting(Place::address)
        .containsAll(borrower.borrowed().stream().map(Place::address).toList());
    assertThat(survey.address(borrower.borrowed().get(0).address()).orElseThrow().places().get(0))
        .satisfies(
            place -> {
              assertThat(place.owner()).contains(Owner.node("kubernetes1012"));
              assertThat(place.holder().orElseThrow().node()).contains("kubernetes1015");
            });
    BlockFacts block = survey.block(Cidr.of("10.64.76.16/29")).orElseThrow();
    assertThat(block.byNode()).containsKeys("kubernetes1012", "kubernetes1015");
  }

  @Test
  void whatIsLeftOfANodeThatDoesNotExistIsTold() {
    NodeFacts claimant = survey("crash-S1-host-gone").node("kubernetes2004").orElseThrow();
    assertThat(claimant.exists()).isFalse();
    assertThat(claimant.claims()).extracting(Claimant::standing).containsExactly(Standing.ABSENT);
    NodeFacts user = survey("node-deleted").node("parse1002").orElseThrow();
    assertThat(user.exists()).isFalse();
    assertThat(user.borrowed()).hasSize(4).noneMatch(Place::isBorrowed);
    assertThat(survey("node-deleted").findings(user))
        .as("the blocks that nobody owns and it uses")
        .extracting(Finding::rule)
        .contains("B16");
  }

  @Test
  void anAffinityWithoutBlockIsToldByTheBlock() {
    BlockFacts block = survey("crash-S6").block(Cidr.of("10.192.68.0/26")).orElseThrow();
    assertThat(block.exists()).isFalse();
    assertThat(block.claimants()).hasSize(1);
    assertThat(block.content()).isEmpty();
  }

  @Test
  void theStandingOfEveryClaimIsTold() {
    BlockFacts raced = survey("crash-S3").block(Cidr.of("10.192.68.0/26")).orElseThrow();
    assertThat(raced.claimants())
        .extracting(Claimant::standing)
        .containsExactlyInAnyOrder(Standing.OWN, Standing.ANOTHERS);
    assertThat(raced.claimants())
        .extracting(Claimant::state)
        .containsExactlyInAnyOrder("confirmed", "pending");
    BlockFacts orphan = survey("crash-S7").block(Cidr.of("10.192.68.64/26")).orElseThrow();
    assertThat(orphan.claimants()).extracting(Claimant::standing).containsExactly(Standing.NOBODYS);
    BlockFacts unreadable = survey("broken-values").block(Cidr.of("10.192.68.64/26")).orElseThrow();
    assertThat(unreadable.claimants())
        .extracting(Claimant::standing)
        .containsExactly(Standing.UNREADABLE);
    assertThat(survey("broken-values").block(Cidr.of("10.192.68.0/26")).orElseThrow().canonical())
        .isFalse();
  }

  @Test
  void aHandlesCountsStandBesideTheRealNumbers() {
    Survey survey = survey("crash-S12-count");
    String id =
        survey.state().handles().keySet().stream()
            .filter(each -> each.startsWith("k8s-pod-network.951c6f73dc66e262"))
            .findFirst()
            .orElseThrow();
    HandleFacts handle = survey.handle(id).orElseThrow();
    assertThat(handle.entries())
        .containsExactly(new HandleFacts.Entry("10.192.68.128/26", OptionalLong.of(1), 3, true));
    assertThat(handle.entries().get(0).agrees()).isFalse();
    assertThat(handle.holdings()).hasSize(3).allMatch(holding -> holding.users().size() == 1);
  }

  @Test
  void aHandleWithoutKeyIsToldOutOfTheAddressesThatNameIt() {
    Survey survey = survey("crash-S12");
    HandleFacts gone =
        survey.state().blocks().values().stream()
            .flatMap(stored -> stored.value().stream())
            .flatMap(block -> block.attributes().stream())
            .flatMap(attribute -> attribute.handle().stream())
            .flatMap(each -> survey.handle(each).stream())
            .filter(each -> !each.exists())
            .findFirst()
            .orElseThrow();
    assertThat(gone.entries()).allMatch(entry -> entry.counted().isEmpty() && entry.real() == 1);
    assertThat(survey("healthy-windows").handle("windows-reserved-ipam-handle").orElseThrow())
        .matches(HandleFacts::isWindowsReservation);
  }

  @Test
  void poolsThatOverlapSayHowTheyLieAndWhoseSettingsHold() {
    Survey survey = survey("overlapping-pools");
    PoolFacts outer = survey.pool("pods-a").orElseThrow();
    PoolFacts inner = survey.pool("pods-b").orElseThrow();
    assertThat(outer.overlaps())
        .extracting(PoolFacts.Overlap::relation, PoolFacts.Overlap::governs)
        .containsExactly(tuple(PoolFacts.Relation.INSIDE, false));
    assertThat(inner.overlaps())
        .extracting(PoolFacts.Overlap::relation, PoolFacts.Overlap::governs)
        .containsExactly(tuple(PoolFacts.Relation.AROUND, true));
    PoolFacts typo = survey("incident-typo").pool("eqiad-pods-second").orElseThrow();
    assertThat(typo.overlaps())
        .extracting(PoolFacts.Overlap::relation)
        .containsExactly(PoolFacts.Relation.SAME);
    assertThat(typo.network()).contains(Cidr.of("10.64.64.0/24"));
    assertThat(typo.blocks()).hasSize(4);
    assertThat(typo.nodesSelected()).hasValue(6);
  }

  @Test
  void whatNothingKnowsIsNotThere() {
    Survey survey = survey("healthy-v4");
    assertThat(survey.address(ip("192.0.2.1"))).isEmpty();
    assertThat(survey.block(Cidr.of("192.0.2.0/26"))).isEmpty();
    assertThat(survey.node("nobody")).isEmpty();
    assertThat(survey.pool("nothing")).isEmpty();
    assertThat(survey.handle("none")).isEmpty();
  }
}
