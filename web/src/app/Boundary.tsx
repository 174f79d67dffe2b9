/* What a page is when its code could not be had or broke. Code comes from the server: where that is gone, the page waits for it. */
import { Component, type ReactNode, useEffect, useRef } from "react";
import { StateCard } from "../ui/State";
import { useLink } from "./live";

/** Whether the error is of an import, in the words of the browsers. */
const isOfImport = (error: Error) => /import|module|preload/i.test(error.message);

function Broken({ error }: { error: Error }) {
  const link = useLink();
  const wasGone = useRef(false);
  const isMissing = isOfImport(error);
  useEffect(() => {
    if (link === "gone") wasGone.current = true;
    else if (link === "live" && wasGone.current && isMissing) window.location.reload();
  }, [link, isMissing]);
  const reload = () => window.location.reload();
  if (isMissing) return <StateCard kind="gone" onRetry={reload} />;
  return <StateCard kind="error" text={error.message} onRetry={reload} />;
}

export class Boundary extends Component<{ children: ReactNode }, { error: Error | null }> {
  state = { error: null as Error | null };

  static getDerivedStateFromError(error: Error) {
    return { error };
  }

  render() {
    return this.state.error ? <Broken error={this.state.error} /> : this.props.children;
  }
}
