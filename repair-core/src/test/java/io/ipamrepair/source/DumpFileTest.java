package io.ipamrepair.source;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.ipamrepair.etcd.AtRevision;
import io.ipamrepair.etcd.Etcd;
import io.ipamrepair.kv.Bytes;
import io.ipamrepair.kv.KeyValue;
import io.ipamrepair.testing.Golden;
import io.ipamrepair.testing.ThrowawayEtcd;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What is written is what is read, and nothing else is read. */
class DumpFileTest {
  private static final Golden SMALL = new Golden("v3.32.1", "incident-typo");
  private static final Golden ODD = new Golden("v3.32.1", "broken-values");

  @TempDir Path folder;

  static List<Golden> cases() {
    return Golden.all().stream()
        .filter(golden -> golden.release().equals("v3.32.1") || golden.name().equals("old-values"))
        .toList();
  }

  private DumpFile open(String name) throws SourceException {
    return DumpFile.open(folder.resolve(name), name);
  }

  private DumpFile state(Golden golden) throws Exception {
    Files.writeString(folder.resolve("state.jsonl"), golden.text("state.jsonl"));
    return open("state.jsonl");
  }

  private DumpFile dumped(StateSource source, String name) throws Exception {
    new DumpWriter(folder.resolve(name), Optional.empty()).write(source);
    return open(name);
  }

  @ParameterizedTest
  @MethodSource("cases")
  void everyGoldenStateIsReadAndComesBackFromItsDump(Golden golden) throws Exception {
    DumpFile state = state(golden);
    AtRevision<List<KeyValue>> read = Gathered.from(state);
    assertThat(read.value()).isEqualTo(Gathered.read(golden.keyValues()));
    assertThat(read.revision()).isEqualTo(golden.state().revision());
    assertThat(Gathered.from(dumped(state, "dump.jsonl"))).isEqualTo(read);
    assertThat(Gathered.from(dumped(open("dump.jsonl"), "again.jsonl.gz"))).isEqualTo(read);
  }

  @Test
  void onlyTheNameDecidesWhetherADumpIsCompressedAndOnlyTheContentWhenItIsRead() throws Exception {
    DumpFile state = state(SMALL);
    dumped(state, "a.jsonl");
    dumped(state, "a.jsonl.gz");
    byte[] plain = Files.readAllBytes(folder.resolve("a.jsonl"));
    assertThat(new String(plain, StandardCharsets.UTF_8)).startsWith("{\"dump\":1,\"revision\":");
    assertThat(Files.size(folder.resolve("a.jsonl.gz"))).isLessThan(plain.length / 3);
    Files.move(folder.resolve("a.jsonl.gz"), folder.resolve("b"));
    assertThat(Gathered.from(open("b"))).isEqualTo(Gathered.from(open("a.jsonl")));
  }

  @Test
  void theSameStateIsTheSameFile() throws Exception {
    DumpFile state = state(SMALL);
    dumped(state, "one.jsonl");
    dumped(state, "two.jsonl");
    assertThat(folder.resolve("one.jsonl")).hasSameBinaryContentAs(folder.resolve("two.jsonl"));
  }

  @Test
  void aDumpThatDoesNotFitIntoMemoryIsTheSame() throws Exception {
    DumpFile state = state(SMALL);
    dumped(state, "one.jsonl");
    new DumpWriter(folder.resolve("two.jsonl"), Optional.empty(), 5000).write(state);
    assertThat(folder.resolve("two.jsonl")).hasSameBinaryContentAs(folder.resolve("one.jsonl"));
  }

  @Test
  void linesThatArePutAsideComeBackSortedAndLeaveNothing() throws Exception {
    Path target = folder.resolve("x.jsonl");
    StringBuilder sorted = new StringBuilder();
    try (SortedLines lines = new SortedLines(target, 2000)) {
      for (int i = 0; i < 100; i++) {
        String key = Integer.toString(1000 + i * 37 % 100);
        lines.add(Bytes.utf8(key), Bytes.utf8("line " + key));
      }
      assertThat(lines.isSpread()).isTrue();
      assertThat(lines.count()).isEqualTo(100);
      lines.drainTo(line -> sorted.append(line.display()).append('\n'));
    }
    assertThat(sorted.toString().lines()).hasSize(100).isSorted();
    assertThat(folder).isEmptyDirectory();
  }

  private static boolean isForOwnerOnly(Path file) {
    try {
      return PosixFilePermissions.toString(Files.getPosixFilePermissions(file)).equals("rw-------");
    } catch (IOException failed) {
      throw new AssertionError(failed);
    }
  }

  @Test
  void aDumpIsForItsOwnerOnlyAndNeverOverwritesAFile() throws Exception {
    DumpFile state = state(SMALL);
    dumped(state, "dump.jsonl");
    assertThat(folder.resolve("dump.jsonl")).matches(DumpFileTest::isForOwnerOnly);
    Files.writeString(folder.resolve("mine.jsonl"), "mine");
    FileAlreadyExistsException refused =
        catchThrowableOfType(FileAlreadyExistsException.class, () -> dumped(state, "mine.jsonl"));
    assertThat(refused).isNotNull();
    assertThat(folder.resolve("mine.jsonl")).hasContent("mine");
  }

  @Test
  void aSourceThatFailsLeavesNoDump() throws Exception {
    state(SMALL);
    String text = Files.readString(folder.resolve("state.jsonl"));
    Files.writeString(folder.resolve("state.jsonl"), text + "{\"key\":\"/calico/z\"}\n");
    DumpWriter writer = new DumpWriter(folder.resolve("dump.jsonl"), Optional.empty(), 5000);
    SourceException told =
        catchThrowableOfType(SourceException.class, () -> writer.write(open("state.jsonl")));
    assertThat(told).hasMessageContaining("as value a text");
    try (Stream<Path> files = Files.list(folder)) {
      assertThat(files).containsExactly(folder.resolve("state.jsonl"));
    }
  }

  @Test
  @Tag("etcd")
  void aDumpOfALiveEtcdSaysWhoseItIs() throws Exception {
    try (ThrowawayEtcd server = ThrowawayEtcd.start();
        Etcd etcd = server.connect()) {
      server.load(SMALL.keyValues());
      server.put("/not/calico", "x");
      LiveSource live = new LiveSource(etcd);
      DumpFile dump = dumped(live, "dump.jsonl.gz");
      assertThat(Gathered.from(dump)).isEqualTo(Gathered.from(live));
      assertThat(dump.origin())
          .isEqualTo(new Origin.Dump("dump.jsonl.gz", live.origin().etcdClusterId(), false));
      assertThat(dump.read().guid()).isEqualTo(live.read().guid()).isPresent();
    }
  }

  @Test
  void keysAndValuesThatAreNotTextComeBack() throws Exception {
    byte[] odd = {(byte) 0xff, 0, 10, 13, (byte) 0xc3};
    KeyValue read =
        new KeyValue(
            Bytes.utf8("/calico/ipam/v2/").plus(Bytes.of(odd)),
            Bytes.of(odd).plus(Bytes.utf8("\u2028<&>\"\\")),
            1,
            2,
            3);
    Bytes line = DumpLine.of(read);
    assertThat(line.display()).contains("keyBase64").contains("valueBase64");
    Files.write(folder.resolve("odd.jsonl"), line.toArray());
    assertThat(Gathered.from(open("odd.jsonl")).value()).containsExactly(read);
    KeyValue text =
        new KeyValue(
            Bytes.utf8("/calico/ipam/v2/ü\u2028\n"), Bytes.utf8("\ud83d\ude00\u0000<"), 1, 2, 3);
    Files.write(folder.resolve("text.jsonl"), DumpLine.of(text).toArray());
    assertThat(Gathered.from(open("text.jsonl")).value()).containsExactly(text);
    assertThat(Gathered.from(state(ODD)).value()).isEqualTo(Gathered.read(ODD.keyValues()));
  }

  @Test
  void aDumpThatWasCutIsRefused() throws Exception {
    DumpFile state = state(SMALL);
    dumped(state, "whole.jsonl");
    List<String> lines = Files.readAllLines(folder.resolve("whole.jsonl"));
    for (int kept : new int[] {1, 2, lines.size() - 1}) {
      Files.write(folder.resolve("cut.jsonl"), lines.subList(0, kept));
      refused("cut.jsonl", (lines.size() - 1) + " keys, as the first line says");
    }
    byte[] plain = Files.readAllBytes(folder.resolve("whole.jsonl"));
    Files.write(folder.resolve("cut.jsonl"), Arrays.copyOf(plain, plain.length / 2));
    refused("cut.jsonl", "a JSON object");
    byte[] packed = gzip(plain);
    for (int length : new int[] {3, 20, packed.length / 2, packed.length - 1}) {
      Files.write(folder.resolve("cut.gz"), Arrays.copyOf(packed, length));
      refused("cut.gz", "gzip file");
    }
    packed[packed.length - 6] ^= 1;
    Files.write(folder.resolve("cut.gz"), packed);
    refused("cut.gz", "a whole gzip file");
    Files.write(folder.resolve("empty.jsonl"), new byte[0]);
    refused("empty.jsonl", "a line for each key, found nothing");
  }

  private static byte[] gzip(byte[] plain) throws IOException {
    ByteArrayOutputStream packed = new ByteArrayOutputStream();
    try (GZIPOutputStream out = new GZIPOutputStream(packed)) {
      out.write(plain);
    }
    return packed.toByteArray();
  }

  private void refused(String name, String expected) {
    SourceException told =
        catchThrowableOfType(SourceException.class, () -> Gathered.from(open(name)));
    assertThat(told).as(expected).isNotNull();
    assertThat(told.reason()).isEqualTo(SourceException.Reason.DAMAGED);
    assertThat(told.getMessage())
        .startsWith("dump " + name)
        .contains("cannot be used: expected ")
        .contains(expected)
        .contains(", found ")
        .hasLineCount(1);
  }

  @Test
  void linesThatAreNoneOfADumpAreToldWithTheirNumber() throws Exception {
    String good =
        "{\"key\":\"/calico/a\",\"value\":\"\",\"createRevision\":5,\"modRevision\":5,\"version\":1}";
    Map<String, String> wrong = new TreeMap<>();
    wrong.put("not json", "a JSON object");
    wrong.put("[]", "a JSON object");
    wrong.put(good, "a key behind /calico/a");
    wrong.put(good.replace("/calico/a", "/calico/Z"), "a key behind /calico/a");
    wrong.put(
        good.replace("/a\"", "/b\"").replace("5}", "-5}").replace("n\":5,", "n\":-5,"),
        "as createRevision an integer");
    wrong.put(good.replace("/a\"", "/b\"").replace(",\"version\":1", ""), "as version an integer");
    wrong.put(good.replace("/a\"", "/b\"").replace("\"\"", "1"), "as value a text");
    wrong.put(good.replace("/a\"", "/b\"").replace("\"\"", "\"\\ud800\""), "valueBase64");
    wrong.put(
        good.replace("/a\"", "/b\"").replace("\"value\":\"\"", "\"valueBase64\":\"*\""),
        "valueBase64 as base64");
    wrong.put(good.replace("/a\"", "/b\"").replace("}", ",\"more\":1}"), "no other members");
    for (Map.Entry<String, String> each : wrong.entrySet()) {
      Files.writeString(folder.resolve("x.jsonl"), good + "\n\n" + each.getKey() + "\n");
      refused("x.jsonl", each.getValue());
      SourceException told =
          catchThrowableOfType(SourceException.class, () -> Gathered.from(open("x.jsonl")));
      assertThat(told).hasMessageStartingWith("dump x.jsonl, line 3, ");
    }
    Files.write(folder.resolve("x.jsonl"), new byte[] {'{', (byte) 0xff, '}', '\n'});
    refused("x.jsonl", "a JSON object, found not UTF-8");
  }

  @Test
  void aFirstLineOfAnotherReleaseOrOneThatDoesNotFitIsRefused() throws Exception {
    dumped(state(SMALL), "whole.jsonl");
    String whole = Files.readString(folder.resolve("whole.jsonl"));
    Map<String, String> wrong =
        Map.of(
            whole.replaceFirst("\"dump\":1", "\"dump\":2"), "a dump of version 1",
            whole.replaceFirst("\"keys\":", "\"size\":"), "as keys an integer",
            whole.replaceFirst("\"redacted\":false", "\"redacted\":0"), "as redacted true or false",
            whole.replaceFirst("\"redacted\"", "\"x\":1,\"redacted\""), "no other members",
            whole.replaceFirst("\"revision\":[0-9]+", "\"revision\":3"),
                "no key younger than revision 3");
    wrong.forEach(
        (text, expected) -> {
          try {
            Files.writeString(folder.resolve("x.jsonl"), text);
          } catch (IOException failed) {
            throw new AssertionError(failed);
          }
          refused("x.jsonl", expected);
        });
  }

  @Test
  void whatIsNotThereOrNoFileIsNotDamaged() {
    for (String name : List.of("none.jsonl", ".")) {
      SourceException told = catchThrowableOfType(SourceException.class, () -> open(name));
      assertThat(told.reason()).isEqualTo(SourceException.Reason.ABSENT);
      assertThat(told).hasMessageStartingWith("dump " + name + " cannot be read: ");
    }
  }
}
