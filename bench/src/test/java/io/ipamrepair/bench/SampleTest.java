package io.ipamrepair.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.List;
import org.junit.jupiter.api.Test;

/** Figures of several runs. */
class SampleTest {
  @Test
  void oneSlowRunMovesTheMostAndNotTheMedian() {
    assertThat(Sample.of(List.of(2.0, 90.0, 1.0), run -> run)).isEqualTo(new Sample(2, 1, 90));
  }

  @Test
  void theMedianOfAnEvenNumberLiesBetweenTheMiddleTwo() {
    assertThat(Sample.of(List.of(4.0, 1.0, 2.0, 3.0), run -> run)).isEqualTo(new Sample(2.5, 1, 4));
  }

  @Test
  void aRatioIsTakenRoundByRound() {
    // Each round half the other's time, on a machine that became ten times slower.
    assertThat(Sample.ofRatios(new double[] {1, 10}, new double[] {2, 20}))
        .isEqualTo(new Sample(0.5, 0.5, 0.5));
  }

  @Test
  void theSpreadStandsBehindTheMedian() {
    assertThat(new Sample(1.25, 1, 12.345).text(2)).isEqualTo("1.25 (1.00–12.35)");
  }

  @Test
  void noRunsHaveNoMedian() {
    assertThatIllegalArgumentException().isThrownBy(() -> Sample.of(List.<Double>of(), run -> run));
  }
}
