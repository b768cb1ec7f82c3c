package io.ipamrepair.cidr;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class CidrTest {
  @ParameterizedTest
  @CsvSource({
    "10.64.64.1/24, 10.64.64.0/24, true, false",
    "10.64.64.0/24, 10.64.64.0/24, false, true",
    "10.64.64.0/024, 10.64.64.0/24, false, false",
    "10.64.64.7, 10.64.64.7/32, false, false",
    "2001:cafe:42::00/56, 2001:cafe:42::/56, false, false",
    "2001:CAFE:42::/56, 2001:cafe:42::/56, false, false",
    "fd80:24e2:f998:72d6:7d4c::c1/122, fd80:24e2:f998:72d6:7d4c::c0/122, true, false",
    "0.0.0.0/0, 0.0.0.0/0, false, true",
    "::/0, ::/0, false, true",
    "1:0:0:2:0:0:0:3/128, 1:0:0:2::3/128, false, false",
    "::ffff:10.0.0.0/120, ::ffff:10.0.0.0/120, false, true"
  })
  void aCidrIsReadWithItsHostBitsAndItsNetwork(
      String text, String network, boolean hostBits, boolean canonical) {
    CidrText read = CidrText.read(text).orElseThrow();
    assertThat(read.network()).hasToString(network);
    assertThat(read.hasHostBits()).isEqualTo(hostBits);
    assertThat(read.isCanonical()).isEqualTo(canonical);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "10.0.0.0/33",
        "10.0.0/24",
        "10.0.0.0.0/8",
        "010.0.0.0/8",
        "10.0.0.256/32",
        "::/129",
        ":::/64",
        "1::2::3/64",
        "fe80::1%eth0/64",
        "10.0.0.0/-1",
        "10.0.0.0/",
        "10.0.0.0/+8",
        "1:2:3:4:5:6:7:8:9/64",
        "12345::/64",
        "::10.0.0/96",
        "/24",
        "ten/8"
      })
  void whatGoDoesNotParseIsNotRead(String text) {
    assertThat(CidrText.read(text)).isEmpty();
  }

  @Test
  void bothReadingsOfHostBitsAreNamed() {
    assertThat(CidrText.read("10.64.64.1/24").orElseThrow().twoReadings())
        .contains("10.64.64.0/24")
        .contains("10.64.64.1/32");
  }

  @Test
  void aNetworkWithHostBitsIsNoValue() {
    assertThatThrownBy(() -> new Cidr(IpAddress.read("10.0.0.1").orElseThrow(), 24))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> Cidr.of("10.0.0.1/24")).isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void containmentAndOverlapAreByPrefix() {
    Cidr pool = Cidr.of("10.64.64.0/24");
    assertThat(pool.contains(Cidr.of("10.64.64.192/26"))).isTrue();
    assertThat(pool.contains(Cidr.of("10.64.65.0/26"))).isFalse();
    assertThat(Cidr.of("10.64.64.192/26").contains(pool)).isFalse();
    assertThat(Cidr.of("10.64.64.192/26").overlaps(pool)).isTrue();
    assertThat(Cidr.of("::/0").contains(Cidr.of("0.0.0.0/0"))).isFalse();
    assertThat(Cidr.of("fd00::/64").last()).hasToString("fd00::ffff:ffff:ffff:ffff");
    assertThat(pool.last()).hasToString("10.64.64.255");
  }

  @Test
  void ordinalsCountFromTheBase() {
    Cidr block = Cidr.of("fd00::1:c0/122");
    assertThat(block.address(63)).hasToString("fd00::1:ff");
    assertThat(block.ordinal(block.address(17))).isEqualTo(17);
    assertThat(block.ordinals()).isEqualTo(64);
  }

  @ParameterizedTest
  @CsvSource({
    "0.0.0.0/0, 200.0.0.1, 2147483647",
    "0.0.0.0/0, 127.0.0.1, 2130706433",
    "::/0, ::ffff:ffff, 2147483647",
    "::/0, ::ffff:0:0:0, 2147483647",
    "::/0, 0:0:0:1::5, 2147483647",
    "::/0, 8000::, 2147483647"
  })
  void anOrdinalThatIsNoIntIsNobodys(String network, String address, int ordinal) {
    assertThat(Cidr.of(network).ordinal(IpAddress.read(address).orElseThrow())).isEqualTo(ordinal);
  }

  @Test
  void printingAndReadingAgreeOnRandomAddresses() {
    long seed = 20261124;
    Random random = new Random(seed);
    for (int i = 0; i < 20_000; i++) {
      // Many zero groups, because "::" is where texts differ.
      long mask = random.nextLong() & random.nextLong();
      IpAddress v6 =
          new IpAddress(
              IpFamily.IPV6,
              random.nextLong() & mask,
              random.nextLong() & random.nextLong() & mask);
      IpAddress v4 = new IpAddress(IpFamily.IPV4, 0, random.nextLong() & 0xffffffffL);
      for (IpAddress address : List.of(v6, v4)) {
        assertThat(IpAddress.read(address.toString()))
            .as("seed %d, %s", seed, address)
            .contains(address);
        int prefix = random.nextInt(address.family().bits() + 1);
        Cidr network = new Cidr(address.masked(prefix), prefix);
        assertThat(network.contains(address))
            .as("seed %d, %s in %s", seed, address, network)
            .isTrue();
        assertThat(network.base().compareTo(address)).isLessThanOrEqualTo(0);
        assertThat(network.last().compareTo(address)).isGreaterThanOrEqualTo(0);
      }
    }
  }
}
