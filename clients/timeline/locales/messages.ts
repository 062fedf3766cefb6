/** Texts with an actor and without one. */
export type VerbForms = readonly [active: string, passive: string];

/** One text for each plural category of the language; `other` is used for those that are absent. */
export type PluralForms = Readonly<Partial<Record<Intl.LDMLPluralRule, string>>> & { readonly other: string };

/** All words of the timeline in one language. */
export type Messages = {
  /** BCP 47. */
  readonly language: string;
  /** `{actor} {verb} {document}` and `{document} was {verb}`. */
  readonly sentences: VerbForms;
  /** For each action without its entity type: the `{verb}` of sentences, or both verbs, or both sentences. */
  readonly verbs: Readonly<Record<string, string | VerbForms>>;
  /** Singular nouns, as they are in the middle of a sentence. */
  readonly entities: Readonly<Record<string, string>>;
  readonly fields: Readonly<Record<string, string>>;
  readonly statuses: Readonly<Record<string, string>>;
  /** Follows a sentence; has `{name}`. */
  readonly onBehalfOf: string;
  readonly actorTypes: Readonly<Record<string, string>>;
  readonly none: string;
  readonly yes: string;
  readonly no: string;
  readonly from: string;
  readonly to: string;
  readonly timeline: string;
  readonly details: string;
  readonly time: string;
  readonly copy: string;
  readonly copied: string;
  readonly related: string;
  readonly eventId: string;
  readonly entityId: string;
  readonly userId: string;
  readonly verification: string;
  /** Has `{sequence}`. */
  readonly verified: string;
  /** Before the names of fields that are hidden from the reader. */
  readonly without: string;
  readonly verifying: string;
  readonly notSealed: string;
  readonly unverified: string;
  readonly falsified: string;
  readonly filters: string;
  readonly allTypes: string;
  readonly allPeople: string;
  readonly anyTime: string;
  /** Have `{count}`. */
  readonly lastDays: PluralForms;
  readonly newEvents: PluralForms;
  readonly retryIn: PluralForms;
  readonly loadMore: string;
  readonly loading: string;
  readonly end: string;
  readonly empty: string;
  readonly emptyHint: string;
  readonly noMatch: string;
  readonly clearFilters: string;
  readonly retry: string;
  readonly failed: string;
  readonly failedHint: string;
  readonly requestId: string;
  readonly offline: string;
  readonly offlineHint: string;
  readonly rateLimited: string;
  readonly tokenExpired: string;
  readonly tokenExpiredHint: string;
  readonly forbidden: string;
  readonly forbiddenHint: string;
};
