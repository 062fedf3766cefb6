import {
  type CSSProperties,
  createElement,
  forwardRef,
  type RefObject,
  useEffect,
  useImperativeHandle,
  useLayoutEffect,
  useRef,
} from "react";
import type {
  ActivityTimelineElement,
  ActivityTimelineEventMap,
  ActivityTimelineProperties,
  TimelineEntity,
} from "./activity-timeline.ts";

export type {
  ActivityTimelineElement,
  ActivityTimelineProperties,
  Messages,
  ProvedEvent,
  TimelineActor,
  TimelineEntity,
} from "./activity-timeline.ts";

export type ActivityTimelineProps = ActivityTimelineProperties & {
  readonly id?: string;
  readonly className?: string;
  readonly style?: CSSProperties;
  /** Set `token` to a new one; or pass `getToken` instead. */
  readonly onTokenExpired?: (event: CustomEvent<null>) => void;
  /** `event.preventDefault()` keeps the browser from following the link, for routers. */
  readonly onDocumentClick?: (event: CustomEvent<TimelineEntity>) => void;
};

// The effect of a layout warns on a server, where it does nothing.
const useElementEffect = typeof window === "undefined" ? useEffect : useLayoutEffect;

/** `<activity-timeline>` in React 18 and 19. The element is loaded in the browser only, so that servers can render. */
export const ActivityTimeline = forwardRef<ActivityTimelineElement, ActivityTimelineProps>(function ActivityTimeline(
  { id, className, style, onTokenExpired, onDocumentClick, ...properties },
  forwarded,
) {
  const ref = useRef<ActivityTimelineElement>(null);
  useImperativeHandle(forwarded, () => ref.current as ActivityTimelineElement);
  useEffect(() => {
    import("./activity-timeline.ts");
  }, []);
  useElementEffect(() => {
    assignProperties(ref.current, properties);
  });
  useListener(ref, "token-expired", onTokenExpired);
  useListener(ref, "document-click", onDocumentClick);
  // React 18 takes `class` for custom elements, and React 19 both.
  return createElement("activity-timeline", { ref, id, class: className, style });
});

const propertyNames = [
  "api",
  "token",
  "getToken",
  "org",
  "entityType",
  "entityId",
  "userId",
  "locale",
  "timeZone",
  "messages",
  "documentUrl",
  "avatarUrl",
  "proofOf",
  "verificationKey",
] as const satisfies readonly (keyof ActivityTimelineProperties)[];

/** A property that is no longer given is reset. Properties that were set before the element is loaded are kept by it. */
function assignProperties(element: ActivityTimelineElement | null, properties: ActivityTimelineProperties): void {
  if (element === null) return;
  const given = propertyNames.map((name) => [name, properties[name]]);
  Object.assign(element, Object.fromEntries(given));
}

function useListener<Name extends keyof ActivityTimelineEventMap>(
  ref: RefObject<ActivityTimelineElement | null>,
  type: Name,
  listener: ((event: ActivityTimelineEventMap[Name]) => void) | undefined,
): void {
  useEffect(() => {
    const element = ref.current;
    if (element === null || listener === undefined) return undefined;
    const handle = (event: Event) => listener(event as ActivityTimelineEventMap[Name]);
    element.addEventListener(type, handle);
    return () => element.removeEventListener(type, handle);
  }, [ref, type, listener]);
}
