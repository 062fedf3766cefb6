export const faultKinds = [
  "call throttled",
  "organisation throttled",
  "response lost after the call",
  "function killed",
  "queue batch delivered twice",
  "queue batch shuffled",
  "message held for a later batch",
  "stream batch delivered twice",
  "database restarted",
] as const;

export type FaultKind = (typeof faultKinds)[number];

type Injected = {
  readonly kind: FaultKind;
  readonly at: string;
  readonly from: number;
  until: number;
};

/** Location of a fault that affects all functions. */
export const everywhere = "everywhere";

/** Which faults were injected, where and when. */
export class FaultLog {
  readonly #injected: Injected[] = [];

  /** Records a fault. If it lasts, call the returned function at its end. */
  note(kind: FaultKind, at: string): () => void {
    const now = Date.now();
    const fault = { kind, at, from: now, until: now };
    this.#injected.push(fault);
    return () => {
      fault.until = Date.now();
    };
  }

  count(kind: FaultKind): number {
    return this.#injected.filter((fault) => fault.kind === kind).length;
  }

  /** The kinds that have not been injected yet. */
  get missing(): FaultKind[] {
    return faultKinds.filter((kind) => this.count(kind) === 0);
  }

  get total(): number {
    return this.#injected.length;
  }

  /** Whether a fault of a function, or of all functions, overlaps with a period. */
  explains(functionName: string, from: number, until: number): boolean {
    return this.#injected.some(
      (fault) => [everywhere, functionName].includes(fault.at) && fault.from <= until && fault.until >= from,
    );
  }
}
