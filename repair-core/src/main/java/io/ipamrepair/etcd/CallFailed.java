package io.ipamrepair.etcd;

import io.ipamrepair.kv.EtcdFailure;

/** A call that brought no result: what to tell a person, and what may be concluded. */
final class CallFailed extends Exception {
  /** What is certain after the failure. */
  enum Proof {
    /** The request never left this machine. */
    NOT_SENT,
    /** etcd answered with an error of those that it gives before it does anything; another member would say the same. */
    REFUSED,
    /** Nothing: it may have been done, may be done later, or never. */
    NONE
  }

  private final EtcdFailure failure;
  private final Proof proof;
  private final boolean tokenRefused;

  CallFailed(EtcdFailure failure, Proof proof, boolean tokenRefused) {
    super(failure.line());
    this.failure = failure;
    this.proof = proof;
    this.tokenRefused = tokenRefused;
  }

  EtcdFailure failure() {
    return failure;
  }

  Proof proof() {
    return proof;
  }

  /** Whether logging in again may help. */
  boolean tokenRefused() {
    return tokenRefused;
  }

  /** The same failure, of a call that had to succeed before the real request could be sent. */
  CallFailed beforeSending() {
    return proof == Proof.NONE ? new CallFailed(failure, Proof.NOT_SENT, tokenRefused) : this;
  }
}
