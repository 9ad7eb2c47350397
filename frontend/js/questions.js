// The registration form: questions that wait for another answer are shown once that is given.
import { followAnswers } from "./questions/conditions.js";

for (const form of document.querySelectorAll("form[data-questions]")) {
  if (form instanceof HTMLFormElement) followAnswers(form);
}
