// The back office: htmx for its small exchanges, within what the content security policy allows.
import htmx from "htmx.org";

// No style element and no eval: both would be refused by the policy anyway.
htmx.config.includeIndicatorStyles = false;
htmx.config.allowEval = false;
htmx.config.selfRequestsOnly = true;
// Personal data does not belong in the browser's storage.
htmx.config.historyCacheSize = 0;

/** Takes a chosen filter at once; the button remains for those who type. */
document.addEventListener("change", (event) => {
  const control = event.target;
  if (!(control instanceof HTMLSelectElement)) return;
  const form = control.form;
  if (form?.matches("form.filters")) form.requestSubmit();
});
