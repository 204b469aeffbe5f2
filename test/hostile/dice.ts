// Choices while something is put together step by step, all from fast-check's seed.
import fc from 'fast-check';

export class Dice {
  constructor(private readonly generate: fc.GeneratorValue) {}

  draw<Value>(arbitrary: fc.Arbitrary<Value>): Value {
    return this.generate(() => arbitrary);
  }

  integer(min: number, max: number): number {
    return this.generate(fc.integer, { min, max });
  }

  chance(percent: number): boolean {
    return this.integer(0, 99) < percent;
  }

  pick<Item>(items: readonly Item[]): Item | undefined {
    return items.length > 0 ? items[this.integer(0, items.length - 1)] : undefined;
  }

  /** The items are one at least. */
  pickWeighted<Item>(items: readonly Item[], toWeight: (item: Item) => number): Item {
    const weights = items.map(toWeight);
    const sum = weights.reduce((total, weight) => total + weight, 0);
    let left = this.integer(0, sum - 1);
    const index = weights.findIndex((weight) => {
      left -= weight;
      return left < 0;
    });
    return items[index] as Item;
  }
}
