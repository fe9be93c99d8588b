import { readFileSync, statSync } from 'node:fs';
import { type Plans, PRODUCT_PLANS, parsePlans } from '../domain/plans.js';

/** The plans in force: the product's, or those of a file that may be edited while the server runs. */
export class PlanFile {
  plans: Plans = PRODUCT_PLANS;
  private version = '';

  /**
   * @param path empty: the product's plans.
   * @param inUse Names of plans that must be there.
   * @throws Error where the file can not be used.
   */
  constructor(
    private readonly path: string,
    private readonly inUse: () => string[],
  ) {
    this.plans = this.load();
  }

  /** True where the file had changed and is in force now. Throws Error for a file that can not be used; the old plans stay. */
  reload(): boolean {
    if (this.path === '' || this.stamp() === this.version) return false;
    this.plans = this.load();
    return true;
  }

  private load(): Plans {
    // Remembered before reading, so that a bad file is complained about once and a later change is not missed.
    this.version = this.stamp();
    try {
      const plans =
        this.path === '' ? PRODUCT_PLANS : parsePlans(JSON.parse(readFileSync(this.path, 'utf8')));
      const missing = this.inUse().filter((name) => !Object.hasOwn(plans, name));
      if (missing.length > 0)
        throw new Error(`projects are on plans that are not there: ${missing.join(', ')}`);
      return plans;
    } catch (error) {
      const where = this.path === '' ? 'Plans' : `Plans file ${this.path}`;
      throw new Error(`${where}: ${(error as Error).message}`, { cause: error });
    }
  }

  private stamp(): string {
    if (this.path === '') return '';
    const stat = statSync(this.path, { throwIfNoEntry: false });
    return stat === undefined ? 'missing' : `${stat.mtimeMs} ${stat.size} ${stat.ino}`;
  }
}
