package io.ipamrepair.etcd;

import io.ipamrepair.kv.EtcdFailure;

/** A call that brought no result: what to tell a person, and what may be concluded. */
final class CallFailed extends Exception {
  /** What is certain after the failure. */
  enum Proof {
    /** The request never left this machine. */
    NOT_SENT,
    /**
     * etcd answered with an error of those that it gives before it does anything; another member
     * would say the same.
     */
    REFUSED,
    /** Nothing: it may have been done, may be done later, or never. */
    NONE
  }

  /** What may cure it. */
  enum Cure {
    /** Logging in again. */
    NEW_TOKEN,
    /** Asking for less at once. */
    SMALLER_ANSWER,
    /** Nothing that is known here. */
    NONE
  }

  private final EtcdFailure failure;
  private final Proof proof;
  private final Cure cure;

  CallFailed(EtcdFailure failure, Proof proof, Cure cure) {
    super(failure.line());
    this.failure = failure;
    this.proof = proof;
    this.cure = cure;
  }

  EtcdFailure failure() {
    return failure;
  }

  Proof proof() {
    return proof;
  }

  Cure cure() {
    return cure;
  }

  /** The same failure, of a call that had to succeed before the real request could be sent. */
  CallFailed beforeSending() {
    return proof == Proof.NONE ? new CallFailed(failure, Proof.NOT_SENT, cure) : this;
  }
}
