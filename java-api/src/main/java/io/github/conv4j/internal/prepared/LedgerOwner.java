package io.github.conv4j.internal.prepared;

/** An engine of this project, whose compositions are entered in its ledger too. */
public interface LedgerOwner {
  /** Returns the ledger of what the engine has prepared. */
  Ledger ledger();
}
