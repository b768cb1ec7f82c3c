package io.ipamrepair.show;

import static org.assertj.core.api.Assertions.assertThat;

import io.ipamrepair.calico.AffinityId;
import io.ipamrepair.calico.KeyLayout;
import io.ipamrepair.calico.ObjectName;
import io.ipamrepair.calico.Owner;
import io.ipamrepair.cidr.Cidr;
import io.ipamrepair.kv.Bytes;
import io.ipamrepair.show.KeyHistory.Beginning;
import io.ipamrepair.show.KeyHistory.Version;
import io.ipamrepair.testing.Golden;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;

/** What became of objects, out of the values that their keys had. */
class HistoryTest {
  private static final Cidr CIDR = Cidr.of("10.0.0.0/30");
  private static final KeyLayout LAYOUT = new KeyLayout();
  private static final Bytes BLOCK = LAYOUT.key(CIDR);
  private static final Trace TRACE = Trace.of(ObjectName.block(CIDR), BLOCK);

  private static Version block(long revision, String owner, int held) {
    StringBuilder allocations = new StringBuilder();
    StringBuilder attributes = new StringBuilder();
    for (int i = 0; i < 4; i++) {
      allocations.append(i == 0 ? "" : ",").append(i < held ? i : "null");
      if (i < held) {
        attributes
            .append(i == 0 ? "" : ",")
            .append("{\"handle_id\":\"h" + i + "\",\"secondary\":{\"node\":\"n1\"}}");
      }
    }
    return new Version(
        revision,
        Optional.of(
            Bytes.utf8(
                "{\"cidr\":\"10.0.0.0/30\",\"affinity\":"
                    + owner
                    + ",\"allocations\":["
                    + allocations
                    + "],\"unallocated\":["
                    + String.join(",", Arrays.asList("0", "1", "2", "3").subList(held, 4))
                    + "],\"attributes\":["
                    + attributes
                    + "],\"sequenceNumber\":"
                    + revision
                    + ",\"deleted\":false}")));
  }

  private static Version deletion(long revision) {
    return new Version(revision, Optional.empty());
  }

  private static History history(Trace trace, Beginning beginning, Version... versions) {
    return History.of(
        100, List.of(trace), List.of(new KeyHistory(trace.key(), List.of(versions), beginning)));
  }

  @Test
  void eachChangeIsToldInTheObjectsOwnWordsTheNewestFirst() {
    History history =
        history(
            TRACE,
            Beginning.CREATED,
            block(40, "null", 2),
            block(30, "\"host:n1\"", 2),
            block(20, "\"host:n1\"", 1),
            deletion(15),
            block(10, "\"host:n2\"", 0));
    assertThat(history.changes())
        .extracting(History.Change::revision)
        .containsExactly(40L, 30L, 20L, 15L, 10L);
    assertThat(history.changes())
        .extracting(change -> change.words().get(0))
        .containsExactly(
            "owner n1 → nobody",
            "ordinal 1 (10.0.0.1) free → h1 on n1",
            "created: owner n1, 1 of 4 addresses held",
            "deleted: owner n2, 0 of 4 addresses held",
            "created: owner n2, 0 of 4 addresses held");
    assertThat(history.changes().get(0).words()).hasSize(1);
    assertThat(history.unchangedSince()).hasValue(40);
  }

  @Test
  void theSequenceNumberIsToldWhereNothingElseIs() {
    History history =
        history(
            TRACE, Beginning.COMPACTED, block(30, "\"host:n1\"", 1), block(20, "\"host:n1\"", 1));
    assertThat(history.changes())
        .containsExactly(new History.Change(30, TRACE.object(), List.of("sequenceNumber 20 → 30")));
  }

  @Test
  void ofTheOldestVersionNothingIsToldWhereWhatWasBeforeIsNotKnown() {
    for (Beginning beginning : List.of(Beginning.COMPACTED, Beginning.CUT)) {
      History history = history(TRACE, beginning, block(20, "\"host:n1\"", 1));
      assertThat(history.changes()).isEmpty();
      assertThat(history.unchangedSince()).hasValue(20);
      assertThat(history.reaches().get(0).beginning()).isEqualTo(beginning);
      assertThat(history.reaches().get(0).oldest()).hasValue(20);
    }
  }

  @Test
  void ofAnAddressOnlyItsOwnOrdinalIsTold() {
    Trace second = new Trace(TRACE.object(), BLOCK, OptionalInt.of(1));
    History history =
        history(
            second,
            Beginning.COMPACTED,
            block(50, "\"host:n1\"", 3),
            block(40, "null", 2),
            block(30, "\"host:n1\"", 2),
            block(20, "\"host:n1\"", 1));
    assertThat(history.changes())
        .containsExactly(
            new History.Change(
                30, TRACE.object(), List.of("ordinal 1 (10.0.0.1) free → h1 on n1")));
    assertThat(history.unchangedSince()).hasValue(30);
    Trace third = new Trace(TRACE.object(), BLOCK, OptionalInt.of(3));
    History unmoved =
        history(third, Beginning.COMPACTED, block(50, "null", 3), block(40, "null", 2));
    assertThat(unmoved.changes()).isEmpty();
    assertThat(unmoved.unchangedSince()).as("it was so at the oldest version").hasValue(40);
  }

  @Test
  void aBlockThatGoesTakesItsAddressesWithIt() {
    Trace first = new Trace(TRACE.object(), BLOCK, OptionalInt.of(0));
    History history =
        history(first, Beginning.COMPACTED, deletion(30), block(20, "\"host:n1\"", 1));
    assertThat(history.changes())
        .extracting(change -> change.words().get(0))
        .containsExactly("ordinal 0 (10.0.0.0) h0 on n1 → free");
  }

  @Test
  void aKeyThatEtcdKnowsNothingOfHasNoHistory() {
    History history = history(TRACE, Beginning.CREATED);
    assertThat(history.changes()).isEmpty();
    assertThat(history.unchangedSince()).isEmpty();
  }

  @Test
  void severalKeysAreToldInOneOrder() {
    AffinityId id = new AffinityId(Owner.node("n1"), CIDR);
    Trace affinity = Trace.of(ObjectName.affinity(id.owner(), CIDR), LAYOUT.key(id));
    Bytes pending = Bytes.utf8("{\"state\":\"pending\",\"deleted\":false}");
    Bytes confirmed = Bytes.utf8("{\"state\":\"confirmed\",\"deleted\":false}");
    History history =
        History.of(
            100,
            List.of(TRACE, affinity),
            List.of(
                new KeyHistory(BLOCK, List.of(block(11, "\"host:n1\"", 0)), Beginning.CREATED),
                new KeyHistory(
                    affinity.key(),
                    List.of(
                        new Version(12, Optional.of(confirmed)),
                        new Version(10, Optional.of(pending))),
                    Beginning.CREATED)));
    assertThat(history.changes())
        .extracting(change -> change.revision() + " " + change.words().get(0))
        .containsExactly(
            "12 state pending → confirmed",
            "11 created: owner n1, 0 of 4 addresses held",
            "10 created: pending");
    assertThat(history.unchangedSince()).hasValue(12);
  }

  @Test
  void theAffinitiesOfFormerOwnersAreTracedToo() {
    Survey survey = Survey.of(new Golden("v3.32.1", "empty").state());
    BlockFacts block = BlockFacts.of(survey, CIDR);
    List<Trace> further =
        block.further(
            List.of(
                new KeyHistory(
                    BLOCK,
                    List.of(
                        block(40, "null", 0),
                        deletion(35),
                        block(30, "\"host:n1\"", 0),
                        block(20, "\"host:n2\"", 0)),
                    Beginning.COMPACTED)));
    assertThat(further)
        .extracting(trace -> trace.object().text())
        .containsExactly("affinity:host:n1:10.0.0.0/30", "affinity:host:n2:10.0.0.0/30");
  }
}
