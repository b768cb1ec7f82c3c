package io.ipamrepair.cni;

import static org.assertj.core.api.Assertions.assertThat;

import io.ipamrepair.cidr.Cidr;
import io.ipamrepair.json.Json;
import io.ipamrepair.kv.Bytes;
import io.ipamrepair.testing.WatchedHistory.Change;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** The audit is only worth what it notices: each kind of harm, done by hand to a sound history. */
class AllocationAuditTest {
  private static final Cidr BLOCK = Cidr.of("10.80.0.0/28");
  private static final Pod FIRST = pod(1);
  private static final Pod SECOND = pod(2);

  private final Draws draws = Draws.of(Clock.systemUTC(), new Random(1));
  private final BlockValue empty = BlockValue.claimed(BLOCK, "node1", Dialect.V3_32, draws);
  private final BlockValue held = empty.assigned(attribute(FIRST));
  private final Book book = new Book();
  private AllocationAudit audit;
  private long revision;

  private static Pod pod(int number) {
    return new Pod("a", "app-" + number, "node1", "c" + number, "default", new TreeMap<>(), "m");
  }

  private static Json.Obj attribute(Pod pod) {
    return Json.Obj.of("handle_id", new Json.Text(pod.handle()));
  }

  private void put(String key, String value) {
    audit.at(++revision, List.of(new Change(Bytes.utf8(key), Optional.of(Bytes.utf8(value)))));
  }

  private void delete(String key) {
    audit.at(++revision, List.of(new Change(Bytes.utf8(key), Optional.empty())));
  }

  private void block(BlockValue value) {
    put(Keys.block(BLOCK), value.encode());
  }

  private void handle(Pod pod) {
    put(
        Keys.handle(pod.handle()),
        new HandleValue(new TreeMap<>()).plus(BLOCK.toString(), 1).encode());
  }

  private void endpoint(Pod pod, int ordinal) {
    put(
        Keys.endpoint(pod),
        new EndpointValue(pod, BLOCK.address(ordinal), "u", Instant.EPOCH).encode());
  }

  /** A pod that has got its address, at revision 3, and its endpoint. */
  private void running() {
    book.assigned(BLOCK, BLOCK.address(0), FIRST.handle(), 3);
    audit = new AllocationAudit(book.holdings());
    block(empty);
    handle(FIRST);
    block(held);
    endpoint(FIRST, 0);
    assertThat(audit.violations()).isEmpty();
  }

  private void finds(String... parts) {
    assertThat(audit.violations()).anySatisfy(line -> assertThat(line).contains(parts));
  }

  @Test
  void aPodThatStartsAndStopsIsSound() {
    book.assigned(BLOCK, BLOCK.address(0), FIRST.handle(), 3);
    book.freed(FIRST.handle(), BLOCK, 6);
    audit = new AllocationAudit(book.holdings());
    block(empty);
    handle(FIRST);
    block(held);
    endpoint(FIRST, 0);
    delete(Keys.endpoint(FIRST));
    block(held.freed(List.of(0), Dialect.V3_32));
    delete(Keys.handle(FIRST.handle()));
    assertThat(audit.violations()).isEmpty();
  }

  @Test
  void anAddressThatIsTakenFromItsPodIsALostAllocation() {
    running();
    block(held.freed(List.of(0), Dialect.V3_32));
    finds("revision 5: lost", FIRST.handle());
  }

  @Test
  void aBlockThatGoesWithAnAddressInUseIsALostAllocation() {
    running();
    delete(Keys.block(BLOCK));
    finds("revision 5: lost", "its block is gone");
  }

  @Test
  void anAddressThatIsHeldBeforeItsEndpointIsWrittenCountsAsWell() {
    book.assigned(BLOCK, BLOCK.address(0), FIRST.handle(), 3);
    audit = new AllocationAudit(book.holdings());
    block(empty);
    handle(FIRST);
    block(held);
    block(held.freed(List.of(0), Dialect.V3_32));
    finds("revision 4: lost");
  }

  @Test
  void twoEndpointsWithOneAddressAreSeen() {
    running();
    endpoint(SECOND, 0);
    finds("has two endpoints");
  }

  @Test
  void anOrdinalThatGetsAnotherOwnerIsSeen() throws Exception {
    running();
    handle(SECOND);
    block(BlockValue.read(held.rewritten().encode().replace(FIRST.handle(), SECOND.handle())));
    finds("is held by", SECOND.handle());
  }

  @Test
  void aHandleThatIsDeletedOrCountsTooFewIsSeen() {
    running();
    delete(Keys.handle(FIRST.handle()));
    finds("counts 0 in", "where it has 1");
  }

  @Test
  void aSequenceNumberThatGoesDownOrStandsStillIsSeen() {
    running();
    block(held);
    finds("the sequence number of block");
  }

  @Test
  void aBlockThatContradictsItselfIsSeen() {
    running();
    put(
        Keys.block(BLOCK),
        held.rewritten().encode().replaceFirst("\"unallocated\":\\[", "\"unallocated\":[0,"));
    finds("ordinal 0 is free or allocated 2 times");
    put(Keys.block(BLOCK), "{");
    finds("lost");
  }
}
