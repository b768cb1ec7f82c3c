package io.ipamrepair.approval;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.ipamrepair.approval.AllowedSigners.Signer;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Lists of signers, as OpenSSH has them. */
class AllowedSignersTest {
  private static final String KEY =
      "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIHdT0XMsvdDTyE4pDUYbWLPoLVIoqMfDbYhxDEVBWKYy";
  private static final Instant NOW = Instant.parse("2026-11-25T12:00:00Z");

  private static Signer only(String line) throws ApprovalFormatException {
    return AllowedSigners.read(List.of("# people", "", line)).signers().get(0);
  }

  @Test
  void aLineNamesWhoMaySignAndAComment() throws Exception {
    Signer signer = only("anna@example.org,anna " + KEY + " anna's laptop");
    assertThat(signer.name()).isEqualTo("anna@example.org,anna");
    assertThat(signer.key().type()).isEqualTo("ssh-ed25519");
    assertThat(signer.refuses(NOW)).isEmpty();
  }

  @Test
  void aSignerForOtherThingsMayNotSignPlans() throws Exception {
    assertThat(only("anna namespaces=\"git,file\" " + KEY).refuses(NOW)).isPresent();
    assertThat(only("anna namespaces=\"git,ipam-*\" " + KEY).refuses(NOW)).isEmpty();
    assertThat(only("anna namespaces=\"*,!ipam-repair-plan\" " + KEY).refuses(NOW)).isPresent();
    assertThat(only("anna namespaces=\"ipam.repair.plan\" " + KEY).refuses(NOW)).isPresent();
    assertThat(only("anna namespaces=\"\" " + KEY).refuses(NOW)).isPresent();
  }

  @Test
  void aSignerMaySignInItsTimeAlone() throws Exception {
    assertThat(only("anna valid-after=\"20261125\",valid-before=\"20261126\" " + KEY).refuses(NOW))
        .isEmpty();
    assertThat(only("anna valid-after=202611251201Z " + KEY).refuses(NOW)).isPresent();
    assertThat(only("anna valid-before=\"20261125120000Z\" " + KEY).refuses(NOW)).isPresent();
  }

  @Test
  void everyLineThatCannotBeReadIsNamed() {
    assertThatThrownBy(
            () ->
                AllowedSigners.read(
                    List.of(
                        "anna " + KEY,
                        "ben",
                        "carl cert-authority " + KEY,
                        "dora ssh-ed25519 AAAA",
                        "emil valid-after=\"20261301\" " + KEY,
                        "fay ssh-rsa " + KEY.split(" ")[1],
                        "gus verify-required,wrong=\"x " + KEY)))
        .isInstanceOfSatisfying(
            ApprovalFormatException.class,
            wrong ->
                assertThat(wrong.problems())
                    .hasSize(6)
                    .anyMatch(line -> line.contains("line 2"))
                    .anyMatch(line -> line.contains("line 3") && line.contains("cert-authority"))
                    .anyMatch(line -> line.contains("line 4"))
                    .anyMatch(line -> line.contains("line 5") && line.contains("20261301"))
                    .anyMatch(line -> line.contains("line 6") && line.contains("not a ssh-rsa"))
                    .anyMatch(line -> line.contains("line 7")));
  }
}
