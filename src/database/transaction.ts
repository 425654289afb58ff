import postgres from 'postgres';
import type { How, Link, Rows } from './link.ts';

/** What sends the statements of a transaction. */
export interface TransactionLink extends Pick<Link, 'ask' | 'copy'> {
  /** Undoes what `work` did, and nothing else, if it fails. */
  savepoint<T>(work: (inner: TransactionLink) => Promise<T>): Promise<T>;
}

/** in_failed_sql_transaction: it only says that an earlier statement has failed. */
const FAILED_BEFORE = '25P02';

/**
 * Runs `work` in a transaction on a link that nobody else uses, and commits. If the link ends, the transaction has
 * failed, whatever `work` still does.
 */
export async function inTransaction<T>(
  link: Link,
  over: Promise<never>,
  work: (tx: TransactionLink) => Promise<T>,
): Promise<T> {
  await link.ask('BEGIN');
  const names = { count: 0 };
  const scope = openScope(link, names);
  try {
    const result = await Promise.race([scope.run(work), over]);
    await commit(link);
    return result;
  } catch (error) {
    // If that fails, too, its state isn't known.
    await link.ask('ROLLBACK').catch(link.cut);
    throw error;
  } finally {
    scope.close();
  }
}

async function commit(link: Link): Promise<void> {
  const { command } = await link.ask('COMMIT');
  if (command !== 'COMMIT') throw new Error('the transaction was undone: one of its statements had failed');
}

function openScope(link: Link, names: { count: number }) {
  let failure: unknown;
  let closed = false;
  const watched = <R>(asked: Promise<R>): Promise<R> => {
    asked.catch((error) => {
      failure ??= error;
    });
    return asked;
  };
  const refuse = () => Promise.reject(new Error('a statement came after the end of its transaction'));
  // A link that has ended says so itself.
  const isClosed = () => closed && !link.isOver;
  const tx: TransactionLink = {
    ask: (text: string, parameters?: readonly unknown[], how?: How): Promise<Rows> =>
      isClosed() ? refuse() : watched(link.ask(text, parameters, how)),
    copy: (text, blocks) => (isClosed() ? refuse() : watched(link.copy(text, blocks))),
    async savepoint(work) {
      const name = `s${names.count++}`;
      await tx.ask(`SAVEPOINT ${name}`);
      const inner = openScope(link, names);
      try {
        return await inner.run(work);
      } catch (error) {
        await tx.ask(`ROLLBACK TO ${name}`);
        throw error;
      } finally {
        inner.close();
      }
    },
  };
  return {
    close() {
      closed = true;
    },
    /** @throws also if a statement failed and `work` ignored it: nothing of it would be stored. */
    async run<T>(work: (tx: TransactionLink) => Promise<T>): Promise<T> {
      try {
        const result = await work(tx);
        if (failure) throw failure;
        return result;
      } catch (error) {
        const saysLittle = error instanceof postgres.PostgresError && error.code === FAILED_BEFORE;
        throw (saysLittle && failure) || error;
      }
    },
  };
}
