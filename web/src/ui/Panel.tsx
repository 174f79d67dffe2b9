import { type ReactNode, useEffect, useRef } from "react";

/** A part that opens at a person's wish, and comes into view as it does. */
export function Panel({ className, label, children }: { className?: string; label: string; children: ReactNode }) {
  const self = useRef<HTMLElement>(null);
  useEffect(() => {
    self.current?.scrollIntoView({ block: "nearest" });
  }, []);
  return (
    <section ref={self} className={className} aria-label={label}>
      {children}
    </section>
  );
}
