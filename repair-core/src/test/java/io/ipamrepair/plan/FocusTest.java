package io.ipamrepair.plan;

import static org.assertj.core.api.Assertions.assertThat;

import io.ipamrepair.calico.Focus;
import io.ipamrepair.calico.IpamState;
import io.ipamrepair.cidr.Cidr;
import io.ipamrepair.cidr.IpAddress;
import io.ipamrepair.kv.KeyValue;
import io.ipamrepair.repair.ReassignAffinity;
import io.ipamrepair.repair.ReleaseOrphanBlocks;
import io.ipamrepair.repair.RemovePool;
import io.ipamrepair.repair.Repair;
import io.ipamrepair.repair.Selection;
import io.ipamrepair.show.AddressFacts;
import io.ipamrepair.show.BlockFacts;
import io.ipamrepair.show.Facts;
import io.ipamrepair.show.HandleFacts;
import io.ipamrepair.show.NodeFacts;
import io.ipamrepair.show.Survey;
import io.ipamrepair.testing.Golden;
import io.ipamrepair.testing.Screened;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.function.Function;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * A command that reads no more than it needs says the same as one that reads everything: what is
 * shown, what is planned, what is refused and why, and what is taken back.
 */
class FocusTest {
  /** So many of each kind of object, by chance: each is a read of its own. */
  private static final int EACH = 3;

  static Stream<Golden> cases() {
    return Golden.all().stream();
  }

  /** A question about one object, and what must be known whole to answer it. */
  private record Question(
      String object,
      Function<IpamState, Focus> focus,
      Function<Survey, Optional<? extends Facts>> find) {}

  @ParameterizedTest
  @MethodSource("cases")
  void whatIsShownIsTheSame(Golden golden) {
    List<KeyValue> all = golden.keyValues();
    IpamState whole = golden.state();
    Survey survey = Survey.of(whole);
    Random random = new Random(golden.toString().hashCode());
    for (Question question : questions(whole, random)) {
      Survey focused = Survey.of(Screened.with(all, whole.revision(), random, question.focus()));
      Optional<? extends Facts> expected = question.find().apply(survey);
      Optional<? extends Facts> facts = question.find().apply(focused);
      assertThat(facts).as("%s: %s", golden, question.object()).isEqualTo(expected);
      assertThat(facts.map(focused::findings))
          .as("%s: findings of %s", golden, question.object())
          .isEqualTo(expected.map(survey::findings));
    }
  }

  private static List<Question> questions(IpamState state, Random random) {
    List<Question> questions = new ArrayList<>();
    for (String name : some(state.pools().keySet(), random)) {
      questions.add(new Question("pool " + name, none -> Focus.NOTHING, s -> s.pool(name)));
    }
    for (Cidr cidr : some(state.blocks().keySet(), random)) {
      questions.add(
          new Question("block " + cidr, none -> BlockFacts.focus(cidr), s -> s.block(cidr)));
      IpAddress address = cidr.address(random.nextInt(Math.min(16, cidr.ordinals())));
      questions.add(
          new Question(
              "address " + address,
              now -> AddressFacts.focus(now, address),
              s -> s.address(address)));
    }
    for (String name : some(state.nodes().keySet(), random)) {
      questions.add(
          new Question("node " + name, now -> NodeFacts.focus(now, name), s -> s.node(name)));
    }
    for (String id : some(state.handles().keySet(), random)) {
      questions.add(new Question("handle " + id, none -> HandleFacts.focus(id), s -> s.handle(id)));
    }
    return questions;
  }

  @ParameterizedTest
  @MethodSource("cases")
  void whatIsPlannedOrRefusedIsTheSame(Golden golden) {
    List<KeyValue> all = golden.keyValues();
    IpamState whole = golden.state();
    Random random = new Random(golden.toString().hashCode());
    for (Repair repair : repairs(whole, random)) {
      IpamState focused = Screened.with(all, whole.revision(), random, repair::focus);
      assertThat(Repairs.outcome(focused, repair))
          .as("%s: %s", golden, repair)
          .isEqualTo(Repairs.outcome(whole, repair));
    }
  }

  private static List<Repair> repairs(IpamState state, Random random) {
    List<Repair> repairs = new ArrayList<>();
    for (String pool : some(state.pools().keySet(), random)) {
      repairs.add(new RemovePool(pool, false));
      repairs.add(new RemovePool(pool, true));
    }
    repairs.add(new ReleaseOrphanBlocks(new Selection.All(), Optional.empty()));
    Optional<ReleaseOrphanBlocks.Leaks> leaks =
        Optional.of(new ReleaseOrphanBlocks.Leaks(Duration.ofMinutes(15), Repairs.NOW));
    repairs.add(new ReleaseOrphanBlocks(new Selection.All(), leaks));
    List<String> nodes = some(state.nodes().keySet(), random);
    for (Cidr block : some(state.blocks().keySet(), random)) {
      repairs.add(new ReleaseOrphanBlocks(new Selection.OneBlock(block), leaks));
      for (String node : nodes) {
        repairs.add(new ReassignAffinity(new ReassignAffinity.What.OneBlock(block), node));
      }
    }
    if (nodes.size() > 1) {
      repairs.add(
          new ReassignAffinity(new ReassignAffinity.What.AllOf(nodes.get(0)), nodes.get(1)));
    }
    return repairs;
  }

  private static <T> List<T> some(Collection<T> choice, Random random) {
    List<T> shuffled = new ArrayList<>(choice);
    Collections.shuffle(shuffled, random);
    return shuffled.subList(0, Math.min(EACH, shuffled.size()));
  }
}
