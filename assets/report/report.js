/* global logWords, document, window, navigator, location, setTimeout, clearTimeout, Element, HTMLDetailsElement */
/* Behaviour of the report's page. Everything on it works without this: search, copying, zoom and theme are extras. */
(function () {
  'use strict';

  var byId = function (id) {
    return document.getElementById(id);
  };

  // ---------------------------------------------------------------- theme

  var root = document.documentElement;
  var themeButton = byId('theme');
  function isDark() {
    var chosen = root.dataset.theme;
    return chosen ? chosen === 'dark' : window.matchMedia('(prefers-color-scheme: dark)').matches;
  }
  function showTheme() {
    themeButton.setAttribute('aria-pressed', String(isDark()));
  }
  themeButton.addEventListener('click', function () {
    root.dataset.theme = isDark() ? 'light' : 'dark';
    showTheme();
  });
  showTheme();

  // ---------------------------------------------------------------- copy

  function copyText(text) {
    if (navigator.clipboard && window.isSecureContext)
      return navigator.clipboard.writeText(text).catch(function () {
        return copyBySelection(text);
      });
    return copyBySelection(text);
  }
  function copyBySelection(text) {
    var area = document.createElement('textarea');
    area.value = text;
    area.className = 'offscreen';
    document.body.appendChild(area);
    area.select();
    var done = document.execCommand('copy');
    area.remove();
    return done ? Promise.resolve() : Promise.reject(new Error('not copied'));
  }
  document.addEventListener('click', function (event) {
    var button = event.target instanceof Element ? event.target.closest('button[data-copy]') : null;
    if (!button) return;
    var say = function (word) {
      button.textContent = word;
      setTimeout(function () {
        button.textContent = 'copy';
      }, 1500);
    };
    copyText(byId(button.dataset.copy).textContent).then(
      function () {
        say('copied');
      },
      function () {
        say('not copied');
      },
    );
    button.focus();
  });

  // ---------------------------------------------------------------- zoom of the ladder

  var ladder = document.querySelector('svg.ladder');
  if (ladder) {
    var width = Number(ladder.getAttribute('width'));
    var height = Number(ladder.getAttribute('height'));
    var zoom = 1;
    document.querySelectorAll('button[data-zoom]').forEach(function (button) {
      button.addEventListener('click', function () {
        var factor = Number(button.dataset.zoom);
        zoom = factor === 0 ? 1 : Math.min(4, Math.max(0.4, zoom * factor));
        ladder.setAttribute('width', String(Math.round(width * zoom)));
        ladder.setAttribute('height', String(Math.round(height * zoom)));
        ladder.classList.add('zoomed');
      });
    });
  }

  // ---------------------------------------------------------------- links and printing open what is closed

  function reveal(element) {
    for (var e = element; e; e = e.parentElement) if (e instanceof HTMLDetailsElement) e.open = true;
  }
  function revealTarget() {
    var target = location.hash.length > 1 ? byId(decodeURIComponent(location.hash.slice(1))) : null;
    if (target) reveal(target);
  }
  window.addEventListener('hashchange', revealTarget);
  revealTarget();
  var opened = [];
  window.addEventListener('beforeprint', function () {
    opened = Array.from(document.querySelectorAll('details:not([open]):not(.as-table)'));
    opened.forEach(function (d) {
      d.open = true;
    });
  });
  window.addEventListener('afterprint', function () {
    opened.forEach(function (d) {
      d.open = false;
    });
  });

  // ---------------------------------------------------------------- search

  var index = null;
  var entries = [];
  function buildIndex() {
    if (index) return index;
    entries = Array.from(document.querySelectorAll('[data-search]'));
    index = window.lunr(function () {
      this.ref('ref');
      this.field('text');
      this.pipeline.reset();
      this.searchPipeline.reset();
      this.tokenizer = function (text, metadata) {
        return logWords(text).map(function (word, i) {
          return new window.lunr.Token(word, Object.assign({ index: i }, metadata));
        });
      };
      this.tokenizer.separator = /\s+/;
      entries.forEach(function (element, i) {
        this.add({ ref: String(i), text: element.textContent.slice(0, 8000) });
      }, this);
    });
    return index;
  }

  function find(text) {
    var wanted = String(text).toLowerCase().split(/\s+/).filter(Boolean).slice(0, 12);
    var built = buildIndex();
    var all = wanted.flatMap(function (raw) {
      var word = logWords(raw);
      return word.length === 0 ? [] : [word[0]];
    });
    if (all.length === 0) return [];
    var hits = queryAll(built, all);
    return hits.length > 0 ? hits : queryAll(built, logWords(text).filter(isPart));
  }

  function isPart(word) {
    return !/[.:/@_-]/.test(word);
  }

  function queryAll(built, all) {
    return built.query(function (query) {
      all.forEach(function (word) {
        query.term(word, {
          presence: window.lunr.Query.presence.REQUIRED,
          wildcard: window.lunr.Query.wildcard.TRAILING,
          usePipeline: false,
        });
      });
    });
  }

  var MOST = 50;
  var input = byId('search');
  var results = byId('results');
  var list = byId('results-list');
  var count = byId('results-count');

  function show() {
    list.replaceChildren();
    if (input.value.trim() === '') {
      results.hidden = true;
      count.textContent = '';
      return;
    }
    var hits = find(input.value);
    results.hidden = false;
    count.textContent =
      hits.length === 0
        ? 'Nothing found.'
        : hits.length +
          (hits.length === 1 ? ' place' : ' places') +
          ' found' +
          (hits.length > MOST ? ', the best ' + MOST + ' shown' : '');
    hits.slice(0, MOST).forEach(function (hit) {
      var target = entries[Number(hit.ref)];
      if (!target.id) target.id = 'hit-' + hit.ref;
      var item = document.createElement('li');
      var link = document.createElement('a');
      link.href = '#' + encodeURIComponent(target.id);
      link.textContent = target.dataset.title || target.id;
      var text = document.createElement('span');
      text.textContent = ' ' + excerpt(target.textContent, input.value);
      link.addEventListener('click', function () {
        reveal(target);
        document.querySelectorAll('.found-here').forEach(function (e) {
          e.classList.remove('found-here');
        });
        target.classList.add('found-here');
      });
      item.append(link, text);
      list.appendChild(item);
    });
  }

  function excerpt(text, query) {
    var flat = text.replace(/\s+/g, ' ');
    var at = flat.toLowerCase().indexOf(query.trim().toLowerCase().split(/\s+/)[0]);
    var from = Math.max(0, at - 40);
    return (from > 0 ? '…' : '') + flat.slice(from, from + 120) + (flat.length > from + 120 ? '…' : '');
  }

  var timer = 0;
  input.addEventListener('input', function () {
    clearTimeout(timer);
    timer = setTimeout(show, 120);
  });
  byId('search-form').addEventListener('submit', function (event) {
    event.preventDefault();
    show();
    var first = list.querySelector('a');
    if (first) first.focus();
  });
  document.addEventListener('keydown', function (event) {
    var typing = event.target instanceof Element && event.target.closest('input, textarea');
    if (event.key === '/' && !typing) {
      event.preventDefault();
      input.focus();
    }
    if (event.key === 'Escape' && !results.hidden) {
      input.value = '';
      show();
      input.focus();
    }
  });
})();
