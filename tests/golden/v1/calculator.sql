PRAGMA application_id = 1953330293;
PRAGMA user_version = 1;
BEGIN TRANSACTION;
CREATE TABLE attempts (
    run         TEXT    NOT NULL,
    task        TEXT    NOT NULL,
    attempt     INTEGER NOT NULL,
    round       INTEGER NOT NULL,
    agent       TEXT    NOT NULL,
    model       TEXT    NOT NULL,
    status      TEXT    NOT NULL,
    outcome     TEXT    NOT NULL DEFAULT '',
    counted     INTEGER NOT NULL DEFAULT 0,
    tree_before TEXT    NOT NULL DEFAULT '',
    tree_after  TEXT    NOT NULL DEFAULT '',
    started_at  INTEGER NOT NULL,
    ended_at    INTEGER,
    PRIMARY KEY (run, task, attempt)
) STRICT, WITHOUT ROWID
;
INSERT INTO "attempts" VALUES('20260102-030405-7f3c','calc-1',1,1,'scripted:calculator.agent.yml','demo-1','succeeded','ok',1,'1111111111111111111111111111111111111111','2222222222222222222222222222222222222222',1767323045160,1767323048840);
INSERT INTO "attempts" VALUES('20260102-030405-7f3c','calc-2',1,1,'scripted:calculator.agent.yml','demo-1','failed','hook_post_failed',1,'1111111111111111111111111111111111111111','2222222222222222222222222222222222222222',1767323048960,1767323050880);
INSERT INTO "attempts" VALUES('20260102-030405-7f3c','calc-2',2,2,'scripted:calculator.agent.yml','demo-1','succeeded','ok',1,'2222222222222222222222222222222222222222','3333333333333333333333333333333333333333',1767323050920,1767323052840);
INSERT INTO "attempts" VALUES('20260102-030405-7f3c','calc-3',1,1,'scripted:calculator.agent.yml','demo-1','failed','no_progress',1,'1111111111111111111111111111111111111111','1111111111111111111111111111111111111111',1767323052960,1767323054800);
INSERT INTO "attempts" VALUES('20260102-030405-7f3c','calc-3',2,2,'scripted:calculator.agent.yml','demo-1','failed','no_progress',1,'2222222222222222222222222222222222222222','2222222222222222222222222222222222222222',1767323054840,1767323056680);
INSERT INTO "attempts" VALUES('20260102-030405-7f3c','calc-3',3,3,'scripted:calculator.agent.yml','demo-1','failed','hook_post_failed',1,'3333333333333333333333333333333333333333','4444444444444444444444444444444444444444',1767323116760,1767323118680);
CREATE TABLE ended_tasks (
    run    TEXT NOT NULL,
    task   TEXT NOT NULL,
    status TEXT NOT NULL,
    PRIMARY KEY (run, task)
) STRICT, WITHOUT ROWID
;
INSERT INTO "ended_tasks" VALUES('20260102-030405-7f3c','calc-1','succeeded');
INSERT INTO "ended_tasks" VALUES('20260102-030405-7f3c','calc-2','succeeded');
INSERT INTO "ended_tasks" VALUES('20260102-030405-7f3c','calc-3','skipped');
CREATE TABLE engine (
    id         INTEGER PRIMARY KEY CHECK (id = 1),
    epoch      INTEGER NOT NULL,
    pid        INTEGER NOT NULL,
    host       TEXT    NOT NULL,
    boot_id    TEXT    NOT NULL,
    started_at INTEGER NOT NULL,
    ended_at   INTEGER
) STRICT
;
CREATE TABLE events (
    seq     INTEGER PRIMARY KEY,
    run     TEXT    NOT NULL,
    epoch   INTEGER NOT NULL,
    task    TEXT    NOT NULL,
    attempt INTEGER NOT NULL,
    kind    TEXT    NOT NULL,
    at_wall INTEGER NOT NULL,
    at_mono INTEGER NOT NULL,
    data    TEXT    NOT NULL
) STRICT
;
INSERT INTO "events" VALUES(1,'20260102-030405-7f3c',1,'',0,'run.planned',1767323045040,40000000,'{"kind":"run.planned","plan":{"path":"tasks.yml","name":"calculator","tasks":[{"id":"calc-1","title":"CALC-1","description":"","phase":"Foundation","path":"","depends_on":[],"priority":0,"pre_hooks":[{"name":"install","command":"true","description":"","timeout":600.0,"stop_on_failure":true,"working_dir":"","env":{},"retry_count":0,"retry_delay":0.0,"capture_output":true,"log_output":true,"quiet":true}],"post_hooks":[{"name":"test0","command":"python -m pytest -q","description":"","timeout":600.0,"stop_on_failure":true,"working_dir":"","env":{},"retry_count":0,"retry_delay":0.0,"capture_output":true,"log_output":true,"quiet":false},{"name":"test1","command":"python -m pytest -q","description":"","timeout":600.0,"stop_on_failure":true,"working_dir":"","env":{},"retry_count":0,"retry_delay":0.0,"capture_output":true,"log_output":true,"quiet":false}],"acceptance_criteria":[],"definition_of_done":[],"estimate":"","risk":"","parent":"","profile":"","provider":"","timeout":null,"budget_micro":null,"max_attempts":null,"progress":true,"metadata":{}},{"id":"calc-2","title":"CALC-2","description":"","phase":"Features","path":"","depends_on":["calc-1"],"priority":0,"pre_hooks":[],"post_hooks":[{"name":"test0","command":"python -m pytest -q","description":"","timeout":600.0,"stop_on_failure":true,"working_dir":"","env":{},"retry_count":0,"retry_delay":0.0,"capture_output":true,"log_output":true,"quiet":false}],"acceptance_criteria":[],"definition_of_done":[],"estimate":"","risk":"","parent":"","profile":"","provider":"","timeout":null,"budget_micro":null,"max_attempts":null,"progress":true,"metadata":{}},{"id":"calc-3","title":"CALC-3","description":"","phase":"Features","path":"","depends_on":[],"priority":0,"pre_hooks":[],"post_hooks":[{"name":"test0","command":"python -m pytest -q","description":"","timeout":600.0,"stop_on_failure":true,"working_dir":"","env":{},"retry_count":0,"retry_delay":0.0,"capture_output":true,"log_output":true,"quiet":false}],"acceptance_criteria":[],"definition_of_done":[],"estimate":"","risk":"","parent":"","profile":"","provider":"","timeout":null,"budget_micro":null,"max_attempts":null,"progress":true,"metadata":{}},{"id":"calc-4","title":"CALC-4","description":"","phase":"Features","path":"","depends_on":["calc-3"],"priority":0,"pre_hooks":[],"post_hooks":[{"name":"test0","command":"python -m pytest -q","description":"","timeout":600.0,"stop_on_failure":true,"working_dir":"","env":{},"retry_count":0,"retry_delay":0.0,"capture_output":true,"log_output":true,"quiet":false}],"acceptance_criteria":[],"definition_of_done":[],"estimate":"","risk":"","parent":"","profile":"","provider":"","timeout":null,"budget_micro":null,"max_attempts":null,"progress":true,"metadata":{}}],"hash":"ccd696720b085a93da4f48b443a11287669abfeb5c72389820bd8a17523c6a19"},"root":"/project","limits":{"max_parallel":1,"max_attempts":3,"max_consecutive_failures":2,"max_recoveries":3,"max_non_progress":2,"stop_on_first_failure":false,"on_decision":"ask","budget_micro":null},"agent":"scripted:calculator.agent.yml","version":"0.1.0"}');
INSERT INTO "events" VALUES(2,'20260102-030405-7f3c',1,'',0,'run.started',1767323045080,80000000,'{"kind":"run.started","pid":4711,"host":"deck","boot_id":"boot-1","sandbox":"bubblewrap"}');
INSERT INTO "events" VALUES(3,'20260102-030405-7f3c',1,'calc-1',0,'task.started',1767323045120,120000000,'{"kind":"task.started"}');
INSERT INTO "events" VALUES(4,'20260102-030405-7f3c',1,'calc-1',1,'attempt.started',1767323045160,160000000,'{"kind":"attempt.started","round":1,"agent":"scripted:calculator.agent.yml","model":"demo-1"}');
INSERT INTO "events" VALUES(5,'20260102-030405-7f3c',1,'calc-1',1,'attempt.checkpointed',1767323045200,200000000,'{"kind":"attempt.checkpointed","tree":"1111111111111111111111111111111111111111","commit":"cccccccccccccccccccccccccccccccccccccccc","ref":"refs/tmtui/20260102-030405-7f3c/calc-1/1","head":"dddddddddddddddddddddddddddddddddddddddd"}');
INSERT INTO "events" VALUES(6,'20260102-030405-7f3c',1,'calc-1',1,'hook.started',1767323045240,240000000,'{"kind":"hook.started","id":"calc-1:1:pre:install:1","name":"install","stage":"pre","command":"true"}');
INSERT INTO "events" VALUES(7,'20260102-030405-7f3c',1,'calc-1',1,'hook.printed',1767323045280,280000000,'{"kind":"hook.printed","id":"calc-1:1:pre:install:1","text":"3 passed\n"}');
INSERT INTO "events" VALUES(8,'20260102-030405-7f3c',1,'calc-1',1,'hook.finished',1767323046080,1080000000,'{"kind":"hook.finished","id":"calc-1:1:pre:install:1","status":"passed","exit_code":0,"seconds":0.8,"message":"install hook passed"}');
INSERT INTO "events" VALUES(9,'20260102-030405-7f3c',1,'calc-1',1,'attempt.prompted',1767323046120,1120000000,'{"kind":"attempt.prompted","system":"You are an expert software engineer.\n","prompt":"# Task: CALC-1\n","digest":"eeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeee"}');
INSERT INTO "events" VALUES(10,'20260102-030405-7f3c',1,'calc-1',1,'agent.started',1767323046160,1160000000,'{"kind":"agent.started","agent":"scripted:calculator.agent.yml","model":"demo-1"}');
INSERT INTO "events" VALUES(11,'20260102-030405-7f3c',1,'calc-1',1,'agent.thought',1767323046460,1460000000,'{"kind":"agent.thought","text":"Division needs care.\n"}');
INSERT INTO "events" VALUES(12,'20260102-030405-7f3c',1,'calc-1',1,'agent.spoke',1767323046760,1760000000,'{"kind":"agent.spoke","text":"I look at the module first.\n"}');
INSERT INTO "events" VALUES(13,'20260102-030405-7f3c',1,'calc-1',1,'tool.started',1767323046800,1800000000,'{"kind":"tool.started","id":"calc-1:1:1","name":"str_replace_based_edit_tool","input":"{\"command\":\"view\",\"path\":\"calculator/ops.py\"}","summary":"str_replace_based_edit_tool  view calculator/ops.py"}');
INSERT INTO "events" VALUES(14,'20260102-030405-7f3c',1,'calc-1',1,'tool.finished',1767323046840,1840000000,'{"kind":"tool.finished","id":"calc-1:1:1","status":"ok","output":"1  def add(a, b):\n","seconds":0.01}');
INSERT INTO "events" VALUES(15,'20260102-030405-7f3c',1,'calc-1',1,'tool.started',1767323046880,1880000000,'{"kind":"tool.started","id":"calc-1:1:2","name":"str_replace_based_edit_tool","input":"{\"command\":\"create\",\"path\":\"calculator/ops.py\",\"file_text\":\"x\\n\"}","summary":"str_replace_based_edit_tool  create calculator/ops.py","effect":{"path":"calculator/ops.py","before":"1111111111111111111111111111111111111111111111111111111111111111","after":"2222222222222222222222222222222222222222222222222222222222222222"}}');
INSERT INTO "events" VALUES(16,'20260102-030405-7f3c',1,'calc-1',1,'tool.finished',1767323046920,1920000000,'{"kind":"tool.finished","id":"calc-1:1:2","status":"ok","output":"written","seconds":0.01}');
INSERT INTO "events" VALUES(17,'20260102-030405-7f3c',1,'calc-1',1,'money.spent',1767323046960,1960000000,'{"kind":"money.spent","model":"demo-1","usage":{"input_tokens":900,"output_tokens":120,"cache_read_tokens":4000,"cache_write_tokens":0},"micro":4200,"source":"script"}');
INSERT INTO "events" VALUES(18,'20260102-030405-7f3c',1,'calc-1',1,'agent.finished',1767323047000,2000000000,'{"kind":"agent.finished","outcome":{"kind":"ok","message":"","retry_after":null},"stop_reason":"end_turn","seconds":1.2}');
INSERT INTO "events" VALUES(19,'20260102-030405-7f3c',1,'calc-1',1,'attempt.measured',1767323047040,2040000000,'{"kind":"attempt.measured","tree":"2222222222222222222222222222222222222222","head":"dddddddddddddddddddddddddddddddddddddddd","progressed":true,"files":[{"path":"calculator/ops.py","change":"modified","added":4,"removed":1}],"files_total":1}');
INSERT INTO "events" VALUES(20,'20260102-030405-7f3c',1,'calc-1',1,'hook.started',1767323047080,2080000000,'{"kind":"hook.started","id":"calc-1:1:post:test0:1","name":"test0","stage":"post","command":"python -m pytest -q"}');
INSERT INTO "events" VALUES(21,'20260102-030405-7f3c',1,'calc-1',1,'hook.printed',1767323047120,2120000000,'{"kind":"hook.printed","id":"calc-1:1:post:test0:1","text":"3 passed\n"}');
INSERT INTO "events" VALUES(22,'20260102-030405-7f3c',1,'calc-1',1,'hook.finished',1767323047920,2920000000,'{"kind":"hook.finished","id":"calc-1:1:post:test0:1","status":"passed","exit_code":0,"seconds":0.8,"message":"test0 hook passed"}');
INSERT INTO "events" VALUES(23,'20260102-030405-7f3c',1,'calc-1',1,'hook.started',1767323047960,2960000000,'{"kind":"hook.started","id":"calc-1:1:post:test1:1","name":"test1","stage":"post","command":"python -m pytest -q"}');
INSERT INTO "events" VALUES(24,'20260102-030405-7f3c',1,'calc-1',1,'hook.printed',1767323048000,3000000000,'{"kind":"hook.printed","id":"calc-1:1:post:test1:1","text":"3 passed\n"}');
INSERT INTO "events" VALUES(25,'20260102-030405-7f3c',1,'calc-1',1,'hook.finished',1767323048800,3800000000,'{"kind":"hook.finished","id":"calc-1:1:post:test1:1","status":"passed","exit_code":0,"seconds":0.8,"message":"test1 hook passed"}');
INSERT INTO "events" VALUES(26,'20260102-030405-7f3c',1,'calc-1',1,'attempt.finished',1767323048840,3840000000,'{"kind":"attempt.finished","status":"succeeded","outcome":{"kind":"ok","message":"","retry_after":null},"counted":true,"seconds":3.0}');
INSERT INTO "events" VALUES(27,'20260102-030405-7f3c',1,'calc-1',1,'task.succeeded',1767323048880,3880000000,'{"kind":"task.succeeded","evidence":"install, test0, test1 passed; 1 file changed"}');
INSERT INTO "events" VALUES(28,'20260102-030405-7f3c',1,'calc-2',0,'task.started',1767323048920,3920000000,'{"kind":"task.started"}');
INSERT INTO "events" VALUES(29,'20260102-030405-7f3c',1,'calc-2',1,'attempt.started',1767323048960,3960000000,'{"kind":"attempt.started","round":1,"agent":"scripted:calculator.agent.yml","model":"demo-1"}');
INSERT INTO "events" VALUES(30,'20260102-030405-7f3c',1,'calc-2',1,'attempt.checkpointed',1767323049000,4000000000,'{"kind":"attempt.checkpointed","tree":"1111111111111111111111111111111111111111","commit":"cccccccccccccccccccccccccccccccccccccccc","ref":"refs/tmtui/20260102-030405-7f3c/calc-2/1","head":"dddddddddddddddddddddddddddddddddddddddd"}');
INSERT INTO "events" VALUES(31,'20260102-030405-7f3c',1,'calc-2',1,'attempt.prompted',1767323049040,4040000000,'{"kind":"attempt.prompted","system":"You are an expert software engineer.\n","prompt":"# Task: CALC-2\n","digest":"eeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeee"}');
INSERT INTO "events" VALUES(32,'20260102-030405-7f3c',1,'calc-2',1,'agent.started',1767323049080,4080000000,'{"kind":"agent.started","agent":"scripted:calculator.agent.yml","model":"demo-1"}');
INSERT INTO "events" VALUES(33,'20260102-030405-7f3c',1,'calc-2',1,'agent.thought',1767323049380,4380000000,'{"kind":"agent.thought","text":"Division needs care.\n"}');
INSERT INTO "events" VALUES(34,'20260102-030405-7f3c',1,'calc-2',1,'agent.spoke',1767323049680,4680000000,'{"kind":"agent.spoke","text":"I look at the module first.\n"}');
INSERT INTO "events" VALUES(35,'20260102-030405-7f3c',1,'calc-2',1,'tool.started',1767323049720,4720000000,'{"kind":"tool.started","id":"calc-2:1:1","name":"str_replace_based_edit_tool","input":"{\"command\":\"view\",\"path\":\"calculator/ops.py\"}","summary":"str_replace_based_edit_tool  view calculator/ops.py"}');
INSERT INTO "events" VALUES(36,'20260102-030405-7f3c',1,'calc-2',1,'tool.finished',1767323049760,4760000000,'{"kind":"tool.finished","id":"calc-2:1:1","status":"ok","output":"1  def add(a, b):\n","seconds":0.01}');
INSERT INTO "events" VALUES(37,'20260102-030405-7f3c',1,'calc-2',1,'tool.started',1767323049800,4800000000,'{"kind":"tool.started","id":"calc-2:1:2","name":"str_replace_based_edit_tool","input":"{\"command\":\"create\",\"path\":\"calculator/ops.py\",\"file_text\":\"x\\n\"}","summary":"str_replace_based_edit_tool  create calculator/ops.py","effect":{"path":"calculator/ops.py","before":"1111111111111111111111111111111111111111111111111111111111111111","after":"2222222222222222222222222222222222222222222222222222222222222222"}}');
INSERT INTO "events" VALUES(38,'20260102-030405-7f3c',1,'calc-2',1,'tool.finished',1767323049840,4840000000,'{"kind":"tool.finished","id":"calc-2:1:2","status":"ok","output":"written","seconds":0.01}');
INSERT INTO "events" VALUES(39,'20260102-030405-7f3c',1,'calc-2',1,'money.spent',1767323049880,4880000000,'{"kind":"money.spent","model":"demo-1","usage":{"input_tokens":900,"output_tokens":120,"cache_read_tokens":4000,"cache_write_tokens":0},"micro":4200,"source":"script"}');
INSERT INTO "events" VALUES(40,'20260102-030405-7f3c',1,'calc-2',1,'agent.finished',1767323049920,4920000000,'{"kind":"agent.finished","outcome":{"kind":"ok","message":"","retry_after":null},"stop_reason":"end_turn","seconds":1.2}');
INSERT INTO "events" VALUES(41,'20260102-030405-7f3c',1,'calc-2',1,'attempt.measured',1767323049960,4960000000,'{"kind":"attempt.measured","tree":"2222222222222222222222222222222222222222","head":"dddddddddddddddddddddddddddddddddddddddd","progressed":true,"files":[{"path":"calculator/ops.py","change":"modified","added":4,"removed":1}],"files_total":1}');
INSERT INTO "events" VALUES(42,'20260102-030405-7f3c',1,'calc-2',1,'hook.started',1767323050000,5000000000,'{"kind":"hook.started","id":"calc-2:1:post:test0:1","name":"test0","stage":"post","command":"python -m pytest -q"}');
INSERT INTO "events" VALUES(43,'20260102-030405-7f3c',1,'calc-2',1,'hook.printed',1767323050040,5040000000,'{"kind":"hook.printed","id":"calc-2:1:post:test0:1","text":"E   ZeroDivisionError: division by zero\n"}');
INSERT INTO "events" VALUES(44,'20260102-030405-7f3c',1,'calc-2',1,'hook.finished',1767323050840,5840000000,'{"kind":"hook.finished","id":"calc-2:1:post:test0:1","status":"failed","exit_code":1,"seconds":0.8,"tail":"E   ZeroDivisionError: division by zero\n","message":"test0 hook failed (exit code 1): ZeroDivisionError in test_root"}');
INSERT INTO "events" VALUES(45,'20260102-030405-7f3c',1,'calc-2',1,'attempt.finished',1767323050880,5880000000,'{"kind":"attempt.finished","status":"failed","outcome":{"kind":"hook_post_failed","message":"test hook failed (exit code 1): AssertionError in test_root","retry_after":null},"counted":true,"seconds":3.0}');
INSERT INTO "events" VALUES(46,'20260102-030405-7f3c',1,'calc-2',2,'attempt.started',1767323050920,5920000000,'{"kind":"attempt.started","round":2,"agent":"scripted:calculator.agent.yml","model":"demo-1"}');
INSERT INTO "events" VALUES(47,'20260102-030405-7f3c',1,'calc-2',2,'attempt.checkpointed',1767323050960,5960000000,'{"kind":"attempt.checkpointed","tree":"2222222222222222222222222222222222222222","commit":"cccccccccccccccccccccccccccccccccccccccc","ref":"refs/tmtui/20260102-030405-7f3c/calc-2/2","head":"dddddddddddddddddddddddddddddddddddddddd"}');
INSERT INTO "events" VALUES(48,'20260102-030405-7f3c',1,'calc-2',2,'attempt.prompted',1767323051000,6000000000,'{"kind":"attempt.prompted","system":"You are an expert software engineer.\n","prompt":"# Task: CALC-2\n","digest":"eeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeee"}');
INSERT INTO "events" VALUES(49,'20260102-030405-7f3c',1,'calc-2',2,'agent.started',1767323051040,6040000000,'{"kind":"agent.started","agent":"scripted:calculator.agent.yml","model":"demo-1"}');
INSERT INTO "events" VALUES(50,'20260102-030405-7f3c',1,'calc-2',2,'agent.thought',1767323051340,6340000000,'{"kind":"agent.thought","text":"Division needs care.\n"}');
INSERT INTO "events" VALUES(51,'20260102-030405-7f3c',1,'calc-2',2,'agent.spoke',1767323051640,6640000000,'{"kind":"agent.spoke","text":"I look at the module first.\n"}');
INSERT INTO "events" VALUES(52,'20260102-030405-7f3c',1,'calc-2',2,'tool.started',1767323051680,6680000000,'{"kind":"tool.started","id":"calc-2:2:1","name":"str_replace_based_edit_tool","input":"{\"command\":\"view\",\"path\":\"calculator/ops.py\"}","summary":"str_replace_based_edit_tool  view calculator/ops.py"}');
INSERT INTO "events" VALUES(53,'20260102-030405-7f3c',1,'calc-2',2,'tool.finished',1767323051720,6720000000,'{"kind":"tool.finished","id":"calc-2:2:1","status":"ok","output":"1  def add(a, b):\n","seconds":0.01}');
INSERT INTO "events" VALUES(54,'20260102-030405-7f3c',1,'calc-2',2,'tool.started',1767323051760,6760000000,'{"kind":"tool.started","id":"calc-2:2:2","name":"str_replace_based_edit_tool","input":"{\"command\":\"create\",\"path\":\"calculator/ops.py\",\"file_text\":\"x\\n\"}","summary":"str_replace_based_edit_tool  create calculator/ops.py","effect":{"path":"calculator/ops.py","before":"1111111111111111111111111111111111111111111111111111111111111111","after":"2222222222222222222222222222222222222222222222222222222222222222"}}');
INSERT INTO "events" VALUES(55,'20260102-030405-7f3c',1,'calc-2',2,'tool.finished',1767323051800,6800000000,'{"kind":"tool.finished","id":"calc-2:2:2","status":"ok","output":"written","seconds":0.01}');
INSERT INTO "events" VALUES(56,'20260102-030405-7f3c',1,'calc-2',2,'money.spent',1767323051840,6840000000,'{"kind":"money.spent","model":"demo-1","usage":{"input_tokens":900,"output_tokens":120,"cache_read_tokens":4000,"cache_write_tokens":0},"micro":4200,"source":"script"}');
INSERT INTO "events" VALUES(57,'20260102-030405-7f3c',1,'calc-2',2,'agent.finished',1767323051880,6880000000,'{"kind":"agent.finished","outcome":{"kind":"ok","message":"","retry_after":null},"stop_reason":"end_turn","seconds":1.2}');
INSERT INTO "events" VALUES(58,'20260102-030405-7f3c',1,'calc-2',2,'attempt.measured',1767323051920,6920000000,'{"kind":"attempt.measured","tree":"3333333333333333333333333333333333333333","head":"dddddddddddddddddddddddddddddddddddddddd","progressed":true,"files":[{"path":"calculator/ops.py","change":"modified","added":4,"removed":1}],"files_total":1}');
INSERT INTO "events" VALUES(59,'20260102-030405-7f3c',1,'calc-2',2,'hook.started',1767323051960,6960000000,'{"kind":"hook.started","id":"calc-2:2:post:test0:1","name":"test0","stage":"post","command":"python -m pytest -q"}');
INSERT INTO "events" VALUES(60,'20260102-030405-7f3c',1,'calc-2',2,'hook.printed',1767323052000,7000000000,'{"kind":"hook.printed","id":"calc-2:2:post:test0:1","text":"3 passed\n"}');
INSERT INTO "events" VALUES(61,'20260102-030405-7f3c',1,'calc-2',2,'hook.finished',1767323052800,7800000000,'{"kind":"hook.finished","id":"calc-2:2:post:test0:1","status":"passed","exit_code":0,"seconds":0.8,"message":"test0 hook passed"}');
INSERT INTO "events" VALUES(62,'20260102-030405-7f3c',1,'calc-2',2,'attempt.finished',1767323052840,7840000000,'{"kind":"attempt.finished","status":"succeeded","outcome":{"kind":"ok","message":"","retry_after":null},"counted":true,"seconds":3.0}');
INSERT INTO "events" VALUES(63,'20260102-030405-7f3c',1,'calc-2',2,'task.succeeded',1767323052880,7880000000,'{"kind":"task.succeeded","evidence":"test0 passed; 1 file changed"}');
INSERT INTO "events" VALUES(64,'20260102-030405-7f3c',1,'calc-3',0,'task.started',1767323052920,7920000000,'{"kind":"task.started"}');
INSERT INTO "events" VALUES(65,'20260102-030405-7f3c',1,'calc-3',1,'attempt.started',1767323052960,7960000000,'{"kind":"attempt.started","round":1,"agent":"scripted:calculator.agent.yml","model":"demo-1"}');
INSERT INTO "events" VALUES(66,'20260102-030405-7f3c',1,'calc-3',1,'attempt.checkpointed',1767323053000,8000000000,'{"kind":"attempt.checkpointed","tree":"1111111111111111111111111111111111111111","commit":"cccccccccccccccccccccccccccccccccccccccc","ref":"refs/tmtui/20260102-030405-7f3c/calc-3/1","head":"dddddddddddddddddddddddddddddddddddddddd"}');
INSERT INTO "events" VALUES(67,'20260102-030405-7f3c',1,'calc-3',1,'attempt.prompted',1767323053040,8040000000,'{"kind":"attempt.prompted","system":"You are an expert software engineer.\n","prompt":"# Task: CALC-3\n","digest":"eeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeee"}');
INSERT INTO "events" VALUES(68,'20260102-030405-7f3c',1,'calc-3',1,'agent.started',1767323053080,8080000000,'{"kind":"agent.started","agent":"scripted:calculator.agent.yml","model":"demo-1"}');
INSERT INTO "events" VALUES(69,'20260102-030405-7f3c',1,'calc-3',1,'agent.thought',1767323053380,8380000000,'{"kind":"agent.thought","text":"Division needs care.\n"}');
INSERT INTO "events" VALUES(70,'20260102-030405-7f3c',1,'calc-3',1,'agent.spoke',1767323053680,8680000000,'{"kind":"agent.spoke","text":"I look at the module first.\n"}');
INSERT INTO "events" VALUES(71,'20260102-030405-7f3c',1,'calc-3',1,'tool.started',1767323053720,8720000000,'{"kind":"tool.started","id":"calc-3:1:1","name":"str_replace_based_edit_tool","input":"{\"command\":\"view\",\"path\":\"calculator/ops.py\"}","summary":"str_replace_based_edit_tool  view calculator/ops.py"}');
INSERT INTO "events" VALUES(72,'20260102-030405-7f3c',1,'calc-3',1,'tool.finished',1767323053760,8760000000,'{"kind":"tool.finished","id":"calc-3:1:1","status":"ok","output":"1  def add(a, b):\n","seconds":0.01}');
INSERT INTO "events" VALUES(73,'20260102-030405-7f3c',1,'calc-3',1,'money.spent',1767323053800,8800000000,'{"kind":"money.spent","model":"demo-1","usage":{"input_tokens":900,"output_tokens":120,"cache_read_tokens":4000,"cache_write_tokens":0},"source":"script"}');
INSERT INTO "events" VALUES(74,'20260102-030405-7f3c',1,'calc-3',1,'agent.finished',1767323053840,8840000000,'{"kind":"agent.finished","outcome":{"kind":"ok","message":"","retry_after":null},"stop_reason":"end_turn","seconds":1.2}');
INSERT INTO "events" VALUES(75,'20260102-030405-7f3c',1,'calc-3',1,'attempt.measured',1767323053880,8880000000,'{"kind":"attempt.measured","tree":"1111111111111111111111111111111111111111","head":"dddddddddddddddddddddddddddddddddddddddd","progressed":false}');
INSERT INTO "events" VALUES(76,'20260102-030405-7f3c',1,'calc-3',1,'hook.started',1767323053920,8920000000,'{"kind":"hook.started","id":"calc-3:1:post:test0:1","name":"test0","stage":"post","command":"python -m pytest -q"}');
INSERT INTO "events" VALUES(77,'20260102-030405-7f3c',1,'calc-3',1,'hook.printed',1767323053960,8960000000,'{"kind":"hook.printed","id":"calc-3:1:post:test0:1","text":"E   ZeroDivisionError: division by zero\n"}');
INSERT INTO "events" VALUES(78,'20260102-030405-7f3c',1,'calc-3',1,'hook.finished',1767323054760,9760000000,'{"kind":"hook.finished","id":"calc-3:1:post:test0:1","status":"failed","exit_code":1,"seconds":0.8,"tail":"E   ZeroDivisionError: division by zero\n","message":"test0 hook failed (exit code 1): ZeroDivisionError in test_root"}');
INSERT INTO "events" VALUES(79,'20260102-030405-7f3c',1,'calc-3',1,'attempt.finished',1767323054800,9800000000,'{"kind":"attempt.finished","status":"failed","outcome":{"kind":"no_progress","message":"the agent changed nothing, and test hook failed (exit code 1)","retry_after":null},"counted":true,"seconds":3.0}');
INSERT INTO "events" VALUES(80,'20260102-030405-7f3c',1,'calc-3',2,'attempt.started',1767323054840,9840000000,'{"kind":"attempt.started","round":2,"agent":"scripted:calculator.agent.yml","model":"demo-1"}');
INSERT INTO "events" VALUES(81,'20260102-030405-7f3c',1,'calc-3',2,'attempt.checkpointed',1767323054880,9880000000,'{"kind":"attempt.checkpointed","tree":"2222222222222222222222222222222222222222","commit":"cccccccccccccccccccccccccccccccccccccccc","ref":"refs/tmtui/20260102-030405-7f3c/calc-3/2","head":"dddddddddddddddddddddddddddddddddddddddd"}');
INSERT INTO "events" VALUES(82,'20260102-030405-7f3c',1,'calc-3',2,'attempt.prompted',1767323054920,9920000000,'{"kind":"attempt.prompted","system":"You are an expert software engineer.\n","prompt":"# Task: CALC-3\n","digest":"eeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeee"}');
INSERT INTO "events" VALUES(83,'20260102-030405-7f3c',1,'calc-3',2,'agent.started',1767323054960,9960000000,'{"kind":"agent.started","agent":"scripted:calculator.agent.yml","model":"demo-1"}');
INSERT INTO "events" VALUES(84,'20260102-030405-7f3c',1,'calc-3',2,'agent.thought',1767323055260,10260000000,'{"kind":"agent.thought","text":"Division needs care.\n"}');
INSERT INTO "events" VALUES(85,'20260102-030405-7f3c',1,'calc-3',2,'agent.spoke',1767323055560,10560000000,'{"kind":"agent.spoke","text":"I look at the module first.\n"}');
INSERT INTO "events" VALUES(86,'20260102-030405-7f3c',1,'calc-3',2,'tool.started',1767323055600,10600000000,'{"kind":"tool.started","id":"calc-3:2:1","name":"str_replace_based_edit_tool","input":"{\"command\":\"view\",\"path\":\"calculator/ops.py\"}","summary":"str_replace_based_edit_tool  view calculator/ops.py"}');
INSERT INTO "events" VALUES(87,'20260102-030405-7f3c',1,'calc-3',2,'tool.finished',1767323055640,10640000000,'{"kind":"tool.finished","id":"calc-3:2:1","status":"ok","output":"1  def add(a, b):\n","seconds":0.01}');
INSERT INTO "events" VALUES(88,'20260102-030405-7f3c',1,'calc-3',2,'money.spent',1767323055680,10680000000,'{"kind":"money.spent","model":"demo-1","usage":{"input_tokens":900,"output_tokens":120,"cache_read_tokens":4000,"cache_write_tokens":0},"source":"script"}');
INSERT INTO "events" VALUES(89,'20260102-030405-7f3c',1,'calc-3',2,'agent.finished',1767323055720,10720000000,'{"kind":"agent.finished","outcome":{"kind":"ok","message":"","retry_after":null},"stop_reason":"end_turn","seconds":1.2}');
INSERT INTO "events" VALUES(90,'20260102-030405-7f3c',1,'calc-3',2,'attempt.measured',1767323055760,10760000000,'{"kind":"attempt.measured","tree":"2222222222222222222222222222222222222222","head":"dddddddddddddddddddddddddddddddddddddddd","progressed":false}');
INSERT INTO "events" VALUES(91,'20260102-030405-7f3c',1,'calc-3',2,'hook.started',1767323055800,10800000000,'{"kind":"hook.started","id":"calc-3:2:post:test0:1","name":"test0","stage":"post","command":"python -m pytest -q"}');
INSERT INTO "events" VALUES(92,'20260102-030405-7f3c',1,'calc-3',2,'hook.printed',1767323055840,10840000000,'{"kind":"hook.printed","id":"calc-3:2:post:test0:1","text":"E   ZeroDivisionError: division by zero\n"}');
INSERT INTO "events" VALUES(93,'20260102-030405-7f3c',1,'calc-3',2,'hook.finished',1767323056640,11640000000,'{"kind":"hook.finished","id":"calc-3:2:post:test0:1","status":"failed","exit_code":1,"seconds":0.8,"tail":"E   ZeroDivisionError: division by zero\n","message":"test0 hook failed (exit code 1): ZeroDivisionError in test_root"}');
INSERT INTO "events" VALUES(94,'20260102-030405-7f3c',1,'calc-3',2,'attempt.finished',1767323056680,11680000000,'{"kind":"attempt.finished","status":"failed","outcome":{"kind":"no_progress","message":"the agent changed nothing, and test hook failed (exit code 1)","retry_after":null},"counted":true,"seconds":3.0}');
INSERT INTO "events" VALUES(95,'20260102-030405-7f3c',1,'calc-3',2,'decision.opened',1767323056720,11720000000,'{"kind":"decision.opened","id":"calc-3:1","title":"no change in 2 attempts, and the checks still fail","error":"the agent changed nothing, and test hook failed (exit code 1)","failures":["Attempt 1: the agent changed nothing, and test hook failed (exit code 1)","Attempt 2: the agent changed nothing, and test hook failed (exit code 1)"],"choices":["retry","skip","abort"],"falls":["calc-4"],"evidence":"outcome no_progress; tree 222222222222 before and after"}');
INSERT INTO "events" VALUES(96,'20260102-030405-7f3c',1,'calc-3',0,'decision.answered',1767323116720,71720000000,'{"kind":"decision.answered","id":"calc-3:1","choice":"retry","by":"person","note":"mind the zero"}');
INSERT INTO "events" VALUES(97,'20260102-030405-7f3c',1,'calc-3',3,'attempt.started',1767323116760,71760000000,'{"kind":"attempt.started","round":3,"agent":"scripted:calculator.agent.yml","model":"demo-1","note":"mind the zero"}');
INSERT INTO "events" VALUES(98,'20260102-030405-7f3c',1,'calc-3',3,'attempt.checkpointed',1767323116800,71800000000,'{"kind":"attempt.checkpointed","tree":"3333333333333333333333333333333333333333","commit":"cccccccccccccccccccccccccccccccccccccccc","ref":"refs/tmtui/20260102-030405-7f3c/calc-3/3","head":"dddddddddddddddddddddddddddddddddddddddd"}');
INSERT INTO "events" VALUES(99,'20260102-030405-7f3c',1,'calc-3',3,'attempt.prompted',1767323116840,71840000000,'{"kind":"attempt.prompted","system":"You are an expert software engineer.\n","prompt":"# Task: CALC-3\n","digest":"eeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeee"}');
INSERT INTO "events" VALUES(100,'20260102-030405-7f3c',1,'calc-3',3,'agent.started',1767323116880,71880000000,'{"kind":"agent.started","agent":"scripted:calculator.agent.yml","model":"demo-1"}');
INSERT INTO "events" VALUES(101,'20260102-030405-7f3c',1,'calc-3',3,'agent.thought',1767323117180,72180000000,'{"kind":"agent.thought","text":"Division needs care.\n"}');
INSERT INTO "events" VALUES(102,'20260102-030405-7f3c',1,'calc-3',3,'agent.spoke',1767323117480,72480000000,'{"kind":"agent.spoke","text":"I look at the module first.\n"}');
INSERT INTO "events" VALUES(103,'20260102-030405-7f3c',1,'calc-3',3,'tool.started',1767323117520,72520000000,'{"kind":"tool.started","id":"calc-3:3:1","name":"str_replace_based_edit_tool","input":"{\"command\":\"view\",\"path\":\"calculator/ops.py\"}","summary":"str_replace_based_edit_tool  view calculator/ops.py"}');
INSERT INTO "events" VALUES(104,'20260102-030405-7f3c',1,'calc-3',3,'tool.finished',1767323117560,72560000000,'{"kind":"tool.finished","id":"calc-3:3:1","status":"ok","output":"1  def add(a, b):\n","seconds":0.01}');
INSERT INTO "events" VALUES(105,'20260102-030405-7f3c',1,'calc-3',3,'tool.started',1767323117600,72600000000,'{"kind":"tool.started","id":"calc-3:3:2","name":"str_replace_based_edit_tool","input":"{\"command\":\"create\",\"path\":\"calculator/ops.py\",\"file_text\":\"x\\n\"}","summary":"str_replace_based_edit_tool  create calculator/ops.py","effect":{"path":"calculator/ops.py","before":"1111111111111111111111111111111111111111111111111111111111111111","after":"2222222222222222222222222222222222222222222222222222222222222222"}}');
INSERT INTO "events" VALUES(106,'20260102-030405-7f3c',1,'calc-3',3,'tool.finished',1767323117640,72640000000,'{"kind":"tool.finished","id":"calc-3:3:2","status":"ok","output":"written","seconds":0.01}');
INSERT INTO "events" VALUES(107,'20260102-030405-7f3c',1,'calc-3',3,'money.spent',1767323117680,72680000000,'{"kind":"money.spent","model":"demo-1","usage":{"input_tokens":900,"output_tokens":120,"cache_read_tokens":4000,"cache_write_tokens":0},"source":"script"}');
INSERT INTO "events" VALUES(108,'20260102-030405-7f3c',1,'calc-3',3,'agent.finished',1767323117720,72720000000,'{"kind":"agent.finished","outcome":{"kind":"ok","message":"","retry_after":null},"stop_reason":"end_turn","seconds":1.2}');
INSERT INTO "events" VALUES(109,'20260102-030405-7f3c',1,'calc-3',3,'attempt.measured',1767323117760,72760000000,'{"kind":"attempt.measured","tree":"4444444444444444444444444444444444444444","head":"dddddddddddddddddddddddddddddddddddddddd","progressed":true,"files":[{"path":"calculator/ops.py","change":"modified","added":4,"removed":1}],"files_total":1}');
INSERT INTO "events" VALUES(110,'20260102-030405-7f3c',1,'calc-3',3,'hook.started',1767323117800,72800000000,'{"kind":"hook.started","id":"calc-3:3:post:test0:1","name":"test0","stage":"post","command":"python -m pytest -q"}');
INSERT INTO "events" VALUES(111,'20260102-030405-7f3c',1,'calc-3',3,'hook.printed',1767323117840,72840000000,'{"kind":"hook.printed","id":"calc-3:3:post:test0:1","text":"E   ZeroDivisionError: division by zero\n"}');
INSERT INTO "events" VALUES(112,'20260102-030405-7f3c',1,'calc-3',3,'hook.finished',1767323118640,73640000000,'{"kind":"hook.finished","id":"calc-3:3:post:test0:1","status":"failed","exit_code":1,"seconds":0.8,"tail":"E   ZeroDivisionError: division by zero\n","message":"test0 hook failed (exit code 1): ZeroDivisionError in test_root"}');
INSERT INTO "events" VALUES(113,'20260102-030405-7f3c',1,'calc-3',3,'attempt.finished',1767323118680,73680000000,'{"kind":"attempt.finished","status":"failed","outcome":{"kind":"hook_post_failed","message":"test hook failed (exit code 1): AssertionError in test_root","retry_after":null},"counted":true,"seconds":3.0}');
INSERT INTO "events" VALUES(114,'20260102-030405-7f3c',1,'calc-3',3,'decision.opened',1767323118720,73720000000,'{"kind":"decision.opened","id":"calc-3:2","title":"failed 3 times","error":"test hook failed (exit code 1): AssertionError in test_root","choices":["retry","skip","abort"],"falls":["calc-4"],"evidence":"outcome hook_post_failed"}');
INSERT INTO "events" VALUES(115,'20260102-030405-7f3c',1,'calc-3',0,'decision.answered',1767323118760,73760000000,'{"kind":"decision.answered","id":"calc-3:2","choice":"skip","by":"person"}');
INSERT INTO "events" VALUES(116,'20260102-030405-7f3c',1,'calc-3',0,'task.skipped',1767323118800,73800000000,'{"kind":"task.skipped","by":"person","reason":"skipped by person: test hook failed (exit code 1): AssertionError in test_root"}');
INSERT INTO "events" VALUES(117,'20260102-030405-7f3c',1,'calc-3',0,'decision.ignored',1767323118840,73840000000,'{"kind":"decision.ignored","id":"calc-3:2","choice":"retry","by":"person"}');
INSERT INTO "events" VALUES(118,'20260102-030405-7f3c',1,'',0,'run.finished',1767323118880,73880000000,'{"kind":"run.finished","outcome":"incomplete","reason":"2 of 4 tasks were not done"}');
CREATE TABLE runs (
    run          TEXT    PRIMARY KEY,
    name         TEXT    NOT NULL DEFAULT '',
    plan_path    TEXT    NOT NULL DEFAULT '',
    plan_hash    TEXT    NOT NULL DEFAULT '',
    root         TEXT    NOT NULL DEFAULT '',
    agent        TEXT    NOT NULL DEFAULT '',
    status       TEXT    NOT NULL DEFAULT 'planned',
    paused       INTEGER NOT NULL DEFAULT 0,
    total        INTEGER NOT NULL DEFAULT 0,
    micro_spent  INTEGER NOT NULL DEFAULT 0,
    unknown_cost INTEGER NOT NULL DEFAULT 0,
    created_at   INTEGER NOT NULL,
    updated_at   INTEGER NOT NULL,
    first_seq    INTEGER NOT NULL,
    last_seq     INTEGER NOT NULL
) STRICT, WITHOUT ROWID
;
INSERT INTO "runs" VALUES('20260102-030405-7f3c','calculator','tasks.yml','ccd696720b085a93da4f48b443a11287669abfeb5c72389820bd8a17523c6a19','/project','scripted:calculator.agent.yml','incomplete',0,4,12600,1,1767323045040,1767323118880,1,118);
CREATE TABLE spans (
    run       TEXT    NOT NULL,
    task      TEXT    NOT NULL,
    attempt   INTEGER NOT NULL,
    first_seq INTEGER NOT NULL,
    last_seq  INTEGER NOT NULL,
    PRIMARY KEY (run, task, attempt)
) STRICT, WITHOUT ROWID
;
INSERT INTO "spans" VALUES('20260102-030405-7f3c','calc-1',0,3,3);
INSERT INTO "spans" VALUES('20260102-030405-7f3c','calc-1',1,4,27);
INSERT INTO "spans" VALUES('20260102-030405-7f3c','calc-2',0,28,28);
INSERT INTO "spans" VALUES('20260102-030405-7f3c','calc-2',1,29,45);
INSERT INTO "spans" VALUES('20260102-030405-7f3c','calc-2',2,46,63);
INSERT INTO "spans" VALUES('20260102-030405-7f3c','calc-3',0,64,117);
INSERT INTO "spans" VALUES('20260102-030405-7f3c','calc-3',1,65,79);
INSERT INTO "spans" VALUES('20260102-030405-7f3c','calc-3',2,80,95);
INSERT INTO "spans" VALUES('20260102-030405-7f3c','calc-3',3,97,114);
CREATE TABLE usage (
    seq                INTEGER PRIMARY KEY,
    run                TEXT    NOT NULL,
    task               TEXT    NOT NULL,
    attempt            INTEGER NOT NULL,
    model              TEXT    NOT NULL,
    input_tokens       INTEGER NOT NULL,
    output_tokens      INTEGER NOT NULL,
    cache_read_tokens  INTEGER NOT NULL,
    cache_write_tokens INTEGER NOT NULL,
    micro              INTEGER,
    source             TEXT    NOT NULL,
    at_wall            INTEGER NOT NULL
) STRICT
;
INSERT INTO "usage" VALUES(17,'20260102-030405-7f3c','calc-1',1,'demo-1',900,120,4000,0,4200,'script',1767323046960);
INSERT INTO "usage" VALUES(39,'20260102-030405-7f3c','calc-2',1,'demo-1',900,120,4000,0,4200,'script',1767323049880);
INSERT INTO "usage" VALUES(56,'20260102-030405-7f3c','calc-2',2,'demo-1',900,120,4000,0,4200,'script',1767323051840);
INSERT INTO "usage" VALUES(73,'20260102-030405-7f3c','calc-3',1,'demo-1',900,120,4000,0,NULL,'script',1767323053800);
INSERT INTO "usage" VALUES(88,'20260102-030405-7f3c','calc-3',2,'demo-1',900,120,4000,0,NULL,'script',1767323055680);
INSERT INTO "usage" VALUES(107,'20260102-030405-7f3c','calc-3',3,'demo-1',900,120,4000,0,NULL,'script',1767323117680);
CREATE TRIGGER events_stay BEFORE UPDATE ON events BEGIN SELECT RAISE(ABORT, 'events are never changed'); END;
CREATE TRIGGER events_remain BEFORE DELETE ON events BEGIN SELECT RAISE(ABORT, 'events are never deleted'); END;
COMMIT;
