import type { JsonText } from "#shared/events/event.ts";
import { isId, maxDepth, maxRefLength, maxRelated } from "#shared/events/limits.ts";

/*
 * Checks the structured fields of stored events without parsing them. Each check returns whether a text is exactly one JSON
 * value in the form of `JSON.stringify`. Such a text can be inserted into a body safely, and all parsers read its keys and
 * numbers alike.
 */

/** Whether a text is an object, as `metadata`, `actor` and `params` are. */
export function isStoredObject(text: string): text is JsonText {
  const scanner = new JsonScanner(text);
  return scanner.object(() => scanner.value(maxDepth - 1)) && scanner.isComplete();
}

/** Whether a text is `{field: {old, new}}`. */
export function isStoredChanges(text: string): text is JsonText {
  const scanner = new JsonScanner(text);
  const isChange = () => {
    let found = 0;
    const isSide = (key: string) => (key === "old" || key === "new") && ++found > 0 && scanner.value(maxDepth - 2);
    return scanner.object(isSide) && found === 2;
  };
  return scanner.object(isChange) && scanner.isComplete();
}

/** Whether a text is `[{entity_type, entity_id, entity_ref}]` with valid ids. Types may be those of a later version. */
export function isStoredRelated(text: string): text is JsonText {
  const scanner = new JsonScanner(text);
  let count = 0;
  const isEntity = () => {
    let hasType = false;
    let hasId = false;
    const isMember = (key: string) => {
      if (key === "entity_ref" && scanner.null()) return true;
      const value = scanner.string();
      if (value === null) return false;
      if (key === "entity_ref") return value.length <= maxRefLength;
      hasType ||= key === "entity_type";
      hasId ||= key === "entity_id";
      return key === "entity_type" || (key === "entity_id" && isId(value));
    };
    return ++count <= maxRelated && scanner.object(isMember) && hasType && hasId;
  };
  return scanner.array(isEntity) && scanner.isComplete();
}

/** Number of keys from which a set is used to find duplicates. */
const manyKeys = 12;

/** UTF-16 code units of the JSON syntax. */
const quote = 0x22;
const backslash = 0x5c;
const comma = 0x2c;
const colon = 0x3a;
const brace = 0x7b;
const braceEnd = 0x7d;
const bracket = 0x5b;
const bracketEnd = 0x5d;

/** Scans a JSON text from the left. Each method consumes one element and returns whether it is valid. */
class JsonScanner {
  readonly #text: string;
  #at = 0;
  /** Whether the text needs a check with `JSON.parse`: it has `\u` escapes, or keys that may be whole numbers. */
  #needsParse = false;

  constructor(text: string) {
    this.#text = text;
  }

  /** Whether the text ends here and is as `JSON.stringify` writes it. Call it after all elements were valid. */
  isComplete(): boolean {
    if (this.#at !== this.#text.length || !this.#text.isWellFormed()) return false;
    return !this.#needsParse || isExact(this.#text);
  }

  /** Consumes a value with at most `levels` nested arrays and objects. */
  value(levels: number): boolean {
    switch (this.#text.charCodeAt(this.#at)) {
      case quote:
        return this.#skipString();
      case brace:
        return levels > 0 && this.object(() => this.value(levels - 1));
      case bracket:
        return levels > 0 && this.array(() => this.value(levels - 1));
      case 0x74:
        return this.#literal("true");
      case 0x66:
        return this.#literal("false");
      case 0x6e:
        return this.null();
      default:
        return this.#number();
    }
  }

  null(): boolean {
    return this.#literal("null");
  }

  /** Consumes an object without duplicate keys whose members are valid. */
  object(isMember: (key: string) => boolean): boolean {
    if (!this.#skip(brace)) return false;
    if (this.#skip(braceEnd)) return true;
    const keys = new Keys();
    do {
      const start = this.#at + 1;
      if (!this.#skipString()) return false;
      const key = this.#text.slice(start, this.#at - 1);
      if (key.charCodeAt(0) <= 0x39) this.#needsParse = true;
      if (!keys.add(key) || !this.#skip(colon) || !isMember(key)) return false;
    } while (this.#skip(comma));
    return this.#skip(braceEnd);
  }

  array(isElement: () => boolean): boolean {
    if (!this.#skip(bracket)) return false;
    if (this.#skip(bracketEnd)) return true;
    do {
      if (!isElement()) return false;
    } while (this.#skip(comma));
    return this.#skip(bracketEnd);
  }

  /** Consumes a string and returns its value; `null` if no valid string is next. */
  string(): string | null {
    const start = this.#at;
    if (!this.#skipString()) return null;
    const source = this.#text.slice(start, this.#at);
    if (!source.includes("\\")) return source.slice(1, -1);
    // Only this finds a `\u` without its four digits.
    return isExact(source) ? String(JSON.parse(source)) : null;
  }

  #skipString(): boolean {
    const text = this.#text;
    let at = this.#at;
    if (text.charCodeAt(at) !== quote) return false;
    for (at++; ; at++) {
      const unit = text.charCodeAt(at);
      if (unit === quote) break;
      // Control characters, and NaN at the end of the text.
      if (!(unit >= 0x20)) return false;
      if (unit === backslash) {
        at++;
        if (text[at] === "u") this.#needsParse = true;
        else if (!shortEscapes.has(text[at] ?? "")) return false;
      }
    }
    this.#at = at + 1;
    return true;
  }

  #number(): boolean {
    const text = this.#text;
    let end = this.#at;
    while (isOfNumber(text.charCodeAt(end))) end++;
    const source = text.slice(this.#at, end);
    if (source === "" || String(Number(source)) !== source) return false;
    this.#at = end;
    return true;
  }

  #literal(literal: string): boolean {
    if (!this.#text.startsWith(literal, this.#at)) return false;
    this.#at += literal.length;
    return true;
  }

  #skip(unit: number): boolean {
    if (this.#text.charCodeAt(this.#at) !== unit) return false;
    this.#at++;
    return true;
  }
}

const shortEscapes: ReadonlySet<string> = new Set(['"', "\\", "b", "f", "n", "r", "t"]);

/** The keys of an object. Each key has only one valid spelling, so equal keys are equal as text. */
class Keys {
  #few: string[] | null = null;
  #many: Set<string> | null = null;

  /** Returns whether the key is new. */
  add(key: string): boolean {
    if (this.#few === null) {
      this.#few = [key];
      return true;
    }
    if (this.#many === null && this.#few.length < manyKeys) return !this.#few.includes(key) && this.#few.push(key) > 0;
    this.#many ??= new Set(this.#few);
    return !this.#many.has(key) && this.#many.add(key).size > 0;
  }
}

/** Whether a code unit may be part of a number: digits, `+`, `-`, `.` and `e`. */
function isOfNumber(unit: number): boolean {
  return (unit >= 0x30 && unit <= 0x39) || unit === 0x2d || unit === 0x2e || unit === 0x2b || unit === 0x65;
}

function isExact(text: string): boolean {
  try {
    return JSON.stringify(JSON.parse(text)) === text;
  } catch {
    return false;
  }
}
