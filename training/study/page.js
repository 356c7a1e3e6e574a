"use strict";
// The page of a study. Answers stay in this browser (localStorage) until they are saved as a file.

const CHOICES = ["left", "same", "right"];

/** The kept answers of a study: {participant, choices: {pair: choice}}. What does not fit the study is left out. */
function keptAnswers(study, text, newName) {
  let kept = null;
  try { kept = JSON.parse(text); } catch { /* damaged: as if there were none */ }
  const choices = {};
  const known = kept && typeof kept.choices === "object" && kept.choices || {};
  for (const { pair } of study.pairs) if (CHOICES.includes(known[pair])) choices[pair] = known[pair];
  return { participant: kept && typeof kept.participant === "string" && kept.participant || newName, choices };
}

function asJson(study, answers) {
  return JSON.stringify({ format: "motionclip-answers", study: study.study, ...answers }, null, 1) + "\n";
}

function asCsv(study, answers) {
  const rows = study.pairs.filter(({ pair }) => answers.choices[pair])
    .map(({ pair }) => [study.study, answers.participant, pair, answers.choices[pair]].join(","));
  return ["study,participant,pair,choice", ...rows].join("\r\n") + "\r\n";
}

function firstOpen(study, answers) {
  const at = study.pairs.findIndex(({ pair }) => !answers.choices[pair]);
  return at < 0 ? study.pairs.length - 1 : at;
}

function start(study) {
  const key = "motionclip-study-" + study.study;
  const find = (id) => document.getElementById(id);
  const say = (text) => { find("said").textContent = text; };
  const name = Array.from(crypto.getRandomValues(new Uint8Array(8)), (n) => n.toString(16).padStart(2, "0")).join("");
  let text = null, keeps = true;
  try { text = localStorage.getItem(key); } catch { keeps = false; }
  const answers = keptAnswers(study, text, name);
  let at = firstOpen(study, answers);

  function keep() {
    try { localStorage.setItem(key, JSON.stringify(answers)); } catch { keeps = false; }
    if (!keeps) say("This browser does not keep your answers: save them as a file before you close the page.");
  }

  function film(path) {
    const moving = !path.endsWith(".gif");
    const element = document.createElement(moving ? "video" : "img");
    if (moving) Object.assign(element, { autoplay: true, loop: true, muted: true, playsInline: true, controls: true });
    element.onerror = () => say("A film cannot be shown: keep the folder \"films\" beside this page.");
    element.src = path;
    const frame = document.createElement("div");
    frame.append(element);
    return frame;
  }

  function mark() {
    const { pair } = study.pairs[at];
    const choice = answers.choices[pair];
    for (const button of document.querySelectorAll("button[data-choice]"))
      button.classList.toggle("chosen", button.dataset.choice === choice);
    const [left, right] = find("films").children;
    left.classList.toggle("chosen", choice === "left");
    right.classList.toggle("chosen", choice === "right");
    const done = Object.keys(answers.choices).length;
    find("done").max = study.pairs.length;
    find("done").value = done;
    find("left_over").textContent = done + " answered";
    return done;
  }

  function show() {
    const pair = study.pairs[at];
    find("at").textContent = `${at + 1} of ${study.pairs.length}`;
    find("prompt").textContent = pair.prompt;
    find("question").textContent = pair.question;
    find("films").replaceChildren(film(pair.left), film(pair.right));
    find("back").disabled = at === 0;
    find("next").disabled = at === study.pairs.length - 1;
    mark();
  }

  function go(step) {
    const to = at + step;
    if (to >= 0 && to < study.pairs.length) { at = to; show(); }
  }

  function choose(choice) {
    answers.choices[study.pairs[at].pair] = choice;
    say("");
    keep();
    if (mark() === study.pairs.length) say("All are answered. Save your answers as a file, and send it back. Thank you.");
    else setTimeout(() => { at = firstOpen(study, answers); show(); }, 250);
  }

  function save(content, ending, type) {
    const link = document.createElement("a");
    link.href = URL.createObjectURL(new Blob([content], { type }));
    link.download = `answers-${study.study}-${answers.participant}.${ending}`;
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 1000);
    const open = study.pairs.length - Object.keys(answers.choices).length;
    say(open ? `Saved; ${open} are not answered yet.` : "Saved. Please send the file back.");
  }

  for (const button of document.querySelectorAll("button[data-choice]"))
    button.onclick = () => choose(button.dataset.choice);
  find("back").onclick = () => go(-1);
  find("next").onclick = () => go(1);
  find("json").onclick = () => save(asJson(study, answers), "json", "application/json");
  find("csv").onclick = () => save(asCsv(study, answers), "csv", "text/csv");
  document.onkeydown = (event) => {
    const choice = { 1: "left", 0: "same", 2: "right" }[event.key];
    if (event.ctrlKey || event.metaKey || event.altKey || event.repeat) return;
    if (choice) choose(choice);
    else if (event.key === "ArrowLeft") go(-1);
    else if (event.key === "ArrowRight") go(1);
  };
  keep();
  show();
}

if (typeof document !== "undefined") start(STUDY);
else module.exports = { keptAnswers, asJson, asCsv, firstOpen };
