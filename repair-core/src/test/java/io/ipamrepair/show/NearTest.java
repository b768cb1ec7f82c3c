package io.ipamrepair.show;

import static org.assertj.core.api.Assertions.assertThat;

import io.ipamrepair.calico.ObjectName;
import io.ipamrepair.cidr.Cidr;
import io.ipamrepair.cidr.IpAddress;
import io.ipamrepair.testing.Golden;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What is offered for a name that nothing has. */
class NearTest {
  private final Near near = new Near(new Golden("v3.32.1", "incident-typo").state());

  @Test
  void aBlockOfAnotherSizeFindsThoseItOverlapsAndTheirPools() {
    assertThat(near.block(Cidr.of("10.64.64.64/27")))
        .extracting(ObjectName::text)
        .containsExactly("block:10.64.64.64/26", "pool:eqiad-pods", "pool:eqiad-pods-second");
    assertThat(near.block(Cidr.of("10.64.64.0/25")))
        .extracting(ObjectName::text)
        .startsWith("block:10.64.64.0/26", "block:10.64.64.64/26", "pool:eqiad-pods");
  }

  @Test
  void whereNothingOverlapsTheNeighboursOfItsFamilyAreOffered() {
    assertThat(near.block(Cidr.of("10.64.65.0/26")))
        .extracting(ObjectName::text)
        .containsExactly("block:10.64.64.192/26");
    assertThat(near.address(IpAddress.read("10.0.0.1").orElseThrow()))
        .extracting(ObjectName::text)
        .containsExactly("block:10.64.64.0/26");
    assertThat(near.address(IpAddress.read("2001:db8::1").orElseThrow())).isEmpty();
  }

  @Test
  void aPartOfANameIsEnough() {
    assertThat(near.node("kubernetes1003.eqiad.example.org"))
        .containsExactly(ObjectName.node("kubernetes1003"));
    assertThat(near.pool("SECOND")).containsExactly(ObjectName.pool("eqiad-pods-second"));
  }

  @Test
  void aCidrInPlaceOfAPoolsNameFindsThePoolsThatStandThere() {
    assertThat(near.pool("10.64.64.1/24"))
        .containsExactly(ObjectName.pool("eqiad-pods"), ObjectName.pool("eqiad-pods-second"));
    assertThat(near.pool("10.99.0.0/24")).isEmpty();
  }

  @Test
  void aFewWrongLettersAreForgivenTheFewestFirst() {
    List<String> names = List.of("kubernetes1001", "kubernetes1012", "parse1001", "x");
    assertThat(Near.similar("kubrenetes1001", names)).containsExactly("kubernetes1001");
    assertThat(Near.similar("kubernetes1002", names))
        .containsExactly("kubernetes1001", "kubernetes1012");
    assertThat(Near.similar("wikikube-worker1001", names)).isEmpty();
    assertThat(Near.similar("y", names)).containsExactly("x");
    assertThat(Near.similar("", names)).isEmpty();
  }
}
