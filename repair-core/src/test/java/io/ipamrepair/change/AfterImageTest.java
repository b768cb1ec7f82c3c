package io.ipamrepair.change;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.ipamrepair.kv.Bytes;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Values that Calico reads and never writes: an edit reads them as it does. */
class AfterImageTest {
  private static String after(String before, Edit... edits) throws EditException {
    return AfterImage.of(Optional.of(Bytes.utf8(before)), List.of(edits), Instant.EPOCH)
        .map(Bytes::display)
        .orElse("(deleted)");
  }

  @ParameterizedTest
  @CsvSource({"null, 0", "-0, 0", "-5, -5", "9223372036854775807, 9223372036854775807"})
  void aCountIsComparedAsANumber(String written, long read) throws Exception {
    String handle = "{\"block\":{\"10.0.0.0/30\":" + written + ",\"10.0.0.4/30\":1}}";
    assertThat(after(handle, new Edit.SetHandleCount("10.0.0.0/30", read, 0)))
        .isEqualTo("{\"block\":{\"10.0.0.4/30\":1}}");
  }

  @Test
  void aCountThatIsNotThereIsNotZero() {
    assertThatThrownBy(() -> after("{\"block\":{}}", new Edit.SetHandleCount("10.0.0.0/30", 0, 0)))
        .isInstanceOf(EditException.class)
        .hasMessage("count of 10.0.0.0/30: expected 0, found none");
  }

  @ParameterizedTest
  @CsvSource({"null, 1", "0, 1", "18446744073709551614, 18446744073709551615"})
  void theSequenceNumberThatFollowsIsOneMore(String before, String after) throws Exception {
    assertThat(after("{\"sequenceNumber\":" + before + "}", new Edit.TouchBlock()))
        .isEqualTo("{\"sequenceNumber\":" + after + "}");
  }

  @ParameterizedTest
  @ValueSource(strings = {"-1", "1.5", "1e3", "\"7\"", "123456789012345678901"})
  void aSequenceNumberThatIsNoneIsRefused(String number) {
    assertThatThrownBy(() -> after("{\"sequenceNumber\":" + number + "}", new Edit.TouchBlock()))
        .isInstanceOf(EditException.class)
        .hasMessageStartingWith("sequenceNumber: expected an ");
  }

  @Test
  void anIndexWrittenAsMinusZeroIsTheFirstAttribute() throws Exception {
    String block =
        "{\"allocations\":[-0,1,null],\"unallocated\":[2],\"attributes\":[{\"handle_id\":\"a\"},{}]}";
    assertThat(after(block, new Edit.FreeOrdinals(new TreeMap<>(Map.of(1, "b")))))
        .isEqualTo(
            "{\"allocations\":[0,null,null],\"unallocated\":[2,1],"
                + "\"attributes\":[{\"handle_id\":\"a\"}]}");
  }
}
