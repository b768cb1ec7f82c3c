package io.ipamrepair.json;

import static org.assertj.core.api.Assertions.assertThat;

import io.ipamrepair.kv.Bytes;
import org.junit.jupiter.api.Test;

class PrettyJsonTest {
  private static final String STEERING =
      "\u001b[2J\u0007\u007f\u0085\u009b1m\u00ad\u061c\u200b\u200e\u200f\u202a\u202e\u2028\u2029\u2066"
          + "\u2069\ufeff\ufff9"
          + Character.toString(0xe0041);

  private static final String PLAIN = "grün ✓ 日本 €" + Character.toString(0x1f600);

  @Test
  void nothingThatSteersATerminalOrReordersTextIsWrittenRaw() {
    String json =
        PrettyJson.of(Json.Obj.of(STEERING, Json.Array.ofTexts(java.util.List.of(STEERING))));
    assertThat(json.codePoints().filter(c -> c != '\n' && (c < 0x20 || c > 0x7e)).count())
        .as(json)
        .isZero();
    assertThat(json).contains("\\u001b[2J\\u0007\\u007f\\u0085\\u009b1m", "\\udb40\\udc41");
  }

  @Test
  void whatIsWrittenIsReadBackUnchanged() throws Exception {
    Json.Obj before =
        Json.Obj.of(STEERING, new Json.Text(STEERING + PLAIN), PLAIN, new Json.Text("\\u202e\\"));
    Json.Obj after = new JsonReader().readObject(Bytes.utf8(PrettyJson.of(before)));
    assertThat(after).isEqualTo(before);
    assertThat(after.encode()).as("what digests are made of").isEqualTo(before.encode());
  }

  @Test
  void lettersOfAllScriptsStayReadable() {
    assertThat(PrettyJson.of(new Json.Text(PLAIN))).isEqualTo("\"" + PLAIN + "\"\n");
  }
}
