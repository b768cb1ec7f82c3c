package io.ipamrepair.plan;

import static org.assertj.core.api.Assertions.assertThat;

import io.ipamrepair.calico.Focus;
import io.ipamrepair.calico.IpamState;
import io.ipamrepair.calico.KeyLayout;
import io.ipamrepair.check.Check;
import io.ipamrepair.cidr.Cidr;
import io.ipamrepair.cidr.IpAddress;
import io.ipamrepair.kv.Bytes;
import io.ipamrepair.kv.KeyValue;
import io.ipamrepair.repair.ReleaseOrphanBlocks;
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
import io.ipamrepair.undo.Undo;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * A command that reads no more than it needs says the same as one that reads everything: what is
 * shown, what is planned, what is refused and why, and what is taken back.
 */
class FocusTest {
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
    for (String name : Repairs.some(state.pools().keySet(), random)) {
      questions.add(new Question("pool " + name, none -> Focus.NOTHING, s -> s.pool(name)));
    }
    for (Cidr cidr : Repairs.some(state.blocks().keySet(), random)) {
      questions.add(
          new Question("block " + cidr, none -> BlockFacts.focus(cidr), s -> s.block(cidr)));
      IpAddress address = cidr.address(random.nextInt(Math.min(16, cidr.ordinals())));
      questions.add(
          new Question(
              "address " + address,
              now -> AddressFacts.focus(now, address),
              s -> s.address(address)));
    }
    for (String name : Repairs.some(state.nodes().keySet(), random)) {
      questions.add(
          new Question("node " + name, now -> NodeFacts.focus(now, name), s -> s.node(name)));
    }
    for (String id : Repairs.some(state.handles().keySet(), random)) {
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
    for (Repair repair : Repairs.many(whole, random)) {
      IpamState focused =
          Screened.with(
              all,
              whole.revision(),
              random,
              now -> Planner.focus(repair, now, EtcdLimits.standard()));
      assertThat(Repairs.outcome(focused, repair))
          .as("%s: %s", golden, repair)
          .isEqualTo(Repairs.outcome(whole, repair));
    }
  }

  @ParameterizedTest
  @MethodSource("cases")
  void whatIsAppliedAndTakenBackIsTheSame(Golden golden) {
    List<KeyValue> all = golden.keyValues();
    IpamState whole = golden.state();
    Random random = new Random(golden.toString().hashCode());
    for (Repair repair : Repairs.many(whole, random)) {
      Optional<Plan> plan = Repairs.planned(whole, repair);
      if (plan.isPresent()) {
        String what = golden + ": " + repair;
        theSameIsApplied(what, plan.get(), all, whole, random);
        theSameIsTakenBack(what, plan.get(), all, whole, random);
      }
    }
  }

  private static void theSameIsApplied(
      String what, Plan plan, List<KeyValue> all, IpamState whole, Random random) {
    // A plan of yesterday meets a state of which a key has gone: what moved is told alike.
    List<KeyValue> fewer = new ArrayList<>(all);
    fewer.remove(random.nextInt(fewer.size()));
    for (List<KeyValue> keys : List.of(all, fewer)) {
      IpamState state = keys == all ? whole : state(keys, whole.revision());
      IpamState focused =
          Screened.with(keys, whole.revision(), random, none -> PlanFocus.of(plan.steps()));
      assertThat(PlanCheck.moved(plan, focused)).as(what).isEqualTo(PlanCheck.moved(plan, state));
      assertThat(Check.of(Simulation.after(focused, plan)))
          .as("%s: after it", what)
          .isEqualTo(Check.of(Simulation.after(state, plan)));
    }
  }

  private static void theSameIsTakenBack(
      String what, Plan plan, List<KeyValue> all, IpamState whole, Random random) {
    List<KeyValue> after = after(all, plan);
    List<KeyValue> fewer = new ArrayList<>(after);
    fewer.remove(random.nextInt(fewer.size()));
    for (List<KeyValue> keys : List.of(after, fewer)) {
      IpamState focused =
          Screened.with(
              keys, whole.revision(), random, now -> new Undo(Repairs.applied(plan), now).focus());
      assertThat(Repairs.undone(plan, focused))
          .as("%s: taken back", what)
          .isEqualTo(Repairs.undone(plan, state(keys, whole.revision())));
    }
  }

  private static IpamState state(List<KeyValue> keys, long revision) {
    IpamState.Builder builder = new IpamState.Builder(new KeyLayout());
    keys.forEach(builder::add);
    return builder.build(revision);
  }

  private static List<KeyValue> after(List<KeyValue> all, Plan plan) {
    SortedMap<Bytes, KeyValue> byKey = new TreeMap<>();
    all.forEach(each -> byKey.put(each.key(), each));
    plan.steps().stream()
        .flatMap(step -> step.writes().stream())
        .forEach(
            write -> {
              byKey.remove(write.key());
              write
                  .after()
                  .ifPresent(
                      value -> byKey.put(write.key(), new KeyValue(write.key(), value, 1, 1, 1)));
            });
    return List.copyOf(byKey.values());
  }

  /**
   * A namespace with a slash, which no Kubernetes has: the range of its pod's endpoints lies inside
   * that of another pod, and the keys behind it were passed over once. The other pod's address, in
   * use, was to be freed.
   */
  @Test
  void aPodOfAStrangeNamespaceHidesNobodysEndpoint() {
    Golden golden = new Golden("v3.32.1", "healthy-v4");
    Pattern podIn =
        Pattern.compile("\"namespace\":\"([^\"]+)\",\"node\":\"([^\"]+)\",\"pod\":\"([^\"]+)\"");
    List<KeyValue> all = new ArrayList<>();
    boolean damaged = false;
    for (KeyValue each : golden.keyValues()) {
      Matcher pod = podIn.matcher(each.value().display());
      boolean two = !damaged && each.key().display().contains("/block/") && pod.find();
      String first = two ? pod.group() : "";
      String inside =
          two
              ? pod.group(1)
                  + "/"
                  + pod.group(2).replace("-", "--")
                  + "-k8s-"
                  + pod.group(3).replace("-", "--")
                  + "-e"
              : "";
      if (two && pod.find()) {
        String strange = "\"namespace\":\"" + inside + "\",\"node\":\"x\",\"pod\":\"y\"";
        String value = each.value().display();
        int second = value.indexOf(pod.group(), value.indexOf(first) + first.length());
        value =
            value.substring(0, second) + strange + value.substring(second + pod.group().length());
        damaged = true;
        all.add(new KeyValue(each.key(), Bytes.utf8(value), 1, 1, 1));
      } else {
        all.add(each);
      }
    }
    assertThat(damaged).as("a block with two pods").isTrue();
    Optional<ReleaseOrphanBlocks.Leaks> leaks =
        Optional.of(new ReleaseOrphanBlocks.Leaks(Duration.ofMinutes(15), Repairs.NOW));
    Repair repair = new ReleaseOrphanBlocks(new Selection.All(), leaks);
    IpamState focused =
        Screened.with(
            all, 1, new Random(1), now -> Planner.focus(repair, now, EtcdLimits.standard()));
    assertThat(Repairs.outcome(focused, repair)).isEqualTo(Repairs.outcome(state(all, 1), repair));
  }

  /** Else the tests above would compare whole states with whole states. */
  @Test
  void whatIsNotAskedForIsLetGo() {
    Golden golden = new Golden("v3.32.1", "healthy-v4");
    IpamState whole = golden.state();
    Cidr block = whole.blocks().firstKey();
    IpamState focused =
        Screened.with(golden.keyValues(), 1, new Random(1), none -> BlockFacts.focus(block));
    assertThat(focused.blocks().get(block).bytes()).isEqualTo(whole.blocks().get(block).bytes());
    assertThat(focused.endpoints().size()).isPositive().isLessThan(whole.endpoints().size());
    assertThat(focused.settledWorkloads() + focused.endpoints().size())
        .isEqualTo(whole.endpoints().size());
    assertThat(focused.keys()).isEqualTo(whole.keys());
  }
}
