package io.ipamrepair.fuzz;

import static org.assertj.core.api.Assertions.assertThat;

import io.ipamrepair.testing.Golden;
import io.ipamrepair.testing.Mutations;
import io.ipamrepair.testing.Mutations.Mutant;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * Never a crash and never a silent gap, whatever bytes stand under whatever keys: many real states,
 * each damaged by chance, through decoding, checking, judging and planning. {@link Ordeal} says
 * what must hold. Seed and number make a mutant again: {@code -Dfuzz.seed=… -Dfuzz.only=…}.
 */
class AnyBytesTest {
  private static final long SEED = Long.getLong("fuzz.seed", 20_261_124);
  private static final int ONLY = Integer.getInteger("fuzz.only", -1);
  private static final int MOST_FAILURES = 10;

  /** Small states: more of them in the same time. */
  private static final int MOST_KEYS = 45;

  /** Larger ones, for what no small one has: reservations, damaged blocks, borrowed addresses. */
  private static final Set<String> LARGER =
      Set.of("HEAD/broken-blocks", "HEAD/healthy-dual", "HEAD/healthy-borrowed");

  @Test
  void noDamageCrashesTheToolOrIsPassedOver() {
    campaign(Integer.getInteger("fuzz.count", 2_000));
  }

  @Test
  @Tag("long")
  void aHundredThousandDamagedStatesDoNotEither() {
    campaign(100_000);
  }

  /** With the seed of this file: what each of them found is told in docs/track-record.md. */
  @Test
  void thoseThatFoundABugDoNotFindItAgain() {
    campaign(20_261_124, IntStream.of(364, 12_322, 44_275));
  }

  private static void campaign(int count) {
    campaign(SEED, ONLY < 0 ? IntStream.range(0, count) : IntStream.of(ONLY));
  }

  private static void campaign(long seed, IntStream numbers) {
    List<Golden> cases = Golden.all().stream().filter(AnyBytesTest::isSmall).toList();
    Mutations mutations = new Mutations(seed, cases);
    Ordeal ordeal = new Ordeal();
    List<String> failures = new ArrayList<>();
    long start = System.nanoTime();
    int tried = 0;
    for (int number : numbers.toArray()) {
      if (failures.size() == MOST_FAILURES) {
        break;
      }
      tried++;
      Mutant mutant = mutations.mutant(number);
      try {
        ordeal.undergo(mutant);
      } catch (Exception | AssertionError | StackOverflowError failure) {
        failures.add(described(mutant, failure));
      }
    }
    Duration took = Duration.ofNanos(System.nanoTime() - start);
    System.out.printf(
        "%d mutants of %d cases, seed %d, in %.1f s%n  states that broke each rule: %s%n  repairs: %s%n",
        tried, cases.size(), seed, took.toMillis() / 1000.0, ordeal.rules(), ordeal.outcomes());
    assertThat(failures).as(String.join("\n\n", failures)).isEmpty();
  }

  private static boolean isSmall(Golden golden) {
    return LARGER.contains(golden.toString()) || golden.keyValues().size() <= MOST_KEYS;
  }

  private static String described(Mutant mutant, Throwable failure) {
    List<String> ours =
        Arrays.stream(failure.getStackTrace())
            .map(StackTraceElement::toString)
            .filter(frame -> frame.contains("io.ipamrepair"))
            .limit(6)
            .toList();
    return mutant
        + "\nagain with: mvn test -pl journal,repair-core -Dtest=AnyBytesTest"
        + " -Dsurefire.failIfNoSpecifiedTests=false -Dfuzz.seed="
        + mutant.seed()
        + " -Dfuzz.only="
        + mutant.number()
        + "\n"
        + failure
        + "\n  at "
        + String.join("\n  at ", ours);
  }
}
