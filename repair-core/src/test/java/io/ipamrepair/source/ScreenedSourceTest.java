package io.ipamrepair.source;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.ipamrepair.calico.IpamState;
import io.ipamrepair.calico.KeyLayout;
import io.ipamrepair.check.Capacity;
import io.ipamrepair.check.Check;
import io.ipamrepair.etcd.Etcd;
import io.ipamrepair.etcd.EtcdException;
import io.ipamrepair.etcd.EtcdTarget;
import io.ipamrepair.etcd.TimeLimits;
import io.ipamrepair.kv.Bytes;
import io.ipamrepair.kv.KeyRange;
import io.ipamrepair.kv.KeyValueView;
import io.ipamrepair.source.ScreenedSource.Parts;
import io.ipamrepair.testing.Golden;
import io.ipamrepair.testing.ThrowawayEtcd;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Reading in parts, with healthy workloads let go, on a real etcd. */
@Tag("etcd")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ScreenedSourceTest {
  private static final TimeLimits LIMITS = TimeLimits.standard();

  /** Parts of one key or so, and doubts that are resolved one by one, and by reading all again. */
  private static final List<Parts> ALL_PARTS =
      List.of(Parts.standard(), new Parts(1, 1, 1, 1, 300), new Parts(2, 2, 1, 1, 0));

  private ThrowawayEtcd server;

  @BeforeAll
  void start() {
    server = ThrowawayEtcd.start();
  }

  @AfterAll
  void stop() {
    server.close();
  }

  private Etcd connect(String prefix) throws EtcdException {
    EtcdTarget plain = server.target();
    return Etcd.connect(
        new EtcdTarget(
            plain.endpoints(),
            plain.caCertificate(),
            plain.clientCertificate(),
            plain.clientKey(),
            plain.credentials(),
            Bytes.utf8(prefix)),
        LIMITS,
        List.of());
  }

  @ParameterizedTest
  @CsvSource({
    "healthy-v4",
    "healthy-dual",
    "incident-wrong-deletion",
    "restored-backup",
    "overlapping-pools",
    "crash-S11",
    "crash-S12",
    "crash-S13",
    "crash-S15",
    "broken-values",
    "kubevirt-migration",
    "healthy-windows"
  })
  void theRulesFindTheSameAsInTheWholeState(String name) throws EtcdException {
    String prefix = "/ns/" + name;
    server.load(prefix, new Golden("v3.32.1", name).keyValues());
    try (Etcd etcd = connect(prefix)) {
      IpamState whole = new LiveSource(etcd).read();
      for (Parts parts : ALL_PARTS) {
        IpamState screened = new ScreenedSource(etcd, parts).read();
        assertThat(Check.of(screened)).as("%s", parts).isEqualTo(Check.of(whole));
        assertThat(Capacity.of(screened)).as("%s", parts).isEqualTo(Capacity.of(whole));
        assertThat(screened.keys()).as("%s", parts).isEqualTo(whole.keys());
        assertThat(screened.revision()).isEqualTo(whole.revision());
      }
    }
  }

  @Test
  void everyKeyOfEveryPartComesOnceAndInItsBytes() throws EtcdException {
    String prefix = "/bulk";
    server.load(prefix, new Golden("v3.32.1", "big-block").keyValues());
    List<KeyRange> parts = new ArrayList<>();
    Bytes from = Bytes.utf8("/calico/");
    for (char c = 'a'; c <= 'z'; c++) {
      Bytes to = Bytes.utf8("/calico/" + c);
      parts.add(new KeyRange(from, to));
      from = to;
    }
    parts.add(new KeyRange(from, Bytes.utf8("/calico0")));
    List<io.ipamrepair.kv.KeyValue> read = Collections.synchronizedList(new ArrayList<>());
    try (Etcd etcd = connect(prefix)) {
      etcd.readParts(
          etcd.identity().revision(),
          parts,
          () ->
              new Etcd.PartSink() {
                @Override
                public void key(KeyValueView view) {
                  read.add(view.copy());
                }

                @Override
                public void partEnds() {
                  // Nothing is gathered.
                }
              });
      List<io.ipamrepair.kv.KeyValue> expected = new ArrayList<>();
      etcd.read(List.of(KeyRange.prefix("/calico/")), () -> expected, (all, each) -> all.add(each));
      read.sort(java.util.Comparator.comparing(io.ipamrepair.kv.KeyValue::key));
      assertThat(read).isEqualTo(expected);
    }
  }

  @Test
  void anEtcdThatStallsEndsTheReadWithinTheLimit() throws EtcdException {
    server.load("/stall", new Golden("v3.32.1", "healthy-v4").keyValues());
    EtcdTarget plain = server.target();
    TimeLimits impatient =
        new TimeLimits(Duration.ofMillis(500), LIMITS.settle(), LIMITS.command());
    try (Etcd etcd = Etcd.connect(plain, impatient, List.of())) {
      long revision = etcd.identity().revision();
      server.pause();
      EtcdException failed =
          catchThrowableOfType(
              EtcdException.class,
              () ->
                  etcd.readParts(
                      revision,
                      List.of(new KeyLayout().blocks(), new KeyLayout().handles()),
                      () ->
                          new Etcd.PartSink() {
                            @Override
                            public void key(KeyValueView view) {
                              throw new AssertionError("nothing can come");
                            }

                            @Override
                            public void partEnds() {
                              throw new AssertionError("nothing can end");
                            }
                          }));
      assertThat(failed).isNotNull();
    } finally {
      server.resume();
    }
  }
}
