package io.ipamrepair.json;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.ipamrepair.kv.Bytes;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class JsonReaderTest {
  private static Json read(String text) throws JsonFormatException {
    return new JsonReader().read(Bytes.utf8(text));
  }

  @Test
  void halfAPairOfSurrogatesIsReadAsGoDoesSoThatItIsTheSameWhenWritten() throws Exception {
    Json json = read("[\"a\\ud800b\",\"\\udc00\\ud800\",\"\\ud83d\\ude00\"]");
    assertThat(json)
        .isEqualTo(Json.Array.ofTexts(List.of("a\ufffdb", "\ufffd\ufffd", "\ud83d\ude00")));
    assertThat(new JsonReader().read(json.encode())).isEqualTo(json);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"a\":1,\"a\":1}",
        "{\"a\":1,\"\\u0061\":1}",
        "[{\"x\":{\"a\":null,\"a\":null}}]"
      })
  void aNameTwiceIsRefusedInWhateverSpelling(String text) {
    assertThatThrownBy(() -> read(text))
        .isInstanceOf(JsonFormatException.class)
        .hasMessageContaining("Duplicate field");
  }
}
