"""What every fault of a file is called and what to do about it, in Chinese and English."""

from typing import NamedTuple


class Message(NamedTuple):
    """What is wrong and what to do, in two languages."""

    en: str
    en_remedy: str
    zh: str
    zh_remedy: str


MESSAGES: dict[str, Message] = {
    # The file.
    "file_missing": Message(
        "there is no such file", "check the name and the folder", "文件不存在", "请核对文件名和目录"
    ),
    "file_unreadable": Message(
        "the file cannot be read: {reason}",
        "check that it is a file and that you may read it",
        "文件无法读取：{reason}",
        "请确认它是文件并且您有读取权限",
    ),
    "file_empty": Message(
        "the file is empty",
        "fill in the template of this table",
        "文件是空的",
        "请填写该表的模板",
    ),
    "file_too_large": Message(
        "the file is larger than {limit} MiB",
        "split it into several files",
        "文件超过 {limit} MiB",
        "请拆分成几个文件",
    ),
    "too_many_rows": Message(
        "the file has more than {limit} rows",
        "split it into several files",
        "文件超过 {limit} 行",
        "请拆分成几个文件",
    ),
    "not_a_table": Message(
        "the file is neither CSV text nor an XLSX workbook ({found})",
        "save it as CSV (UTF-8) or XLSX",
        "文件既不是 CSV 文本也不是 XLSX 工作簿（{found}）",
        "请另存为 CSV（UTF-8）或 XLSX",
    ),
    "encoding_unknown": Message(
        "the text is neither UTF-8 nor GB18030; the first bad byte is at {position}",
        "save it as CSV (UTF-8)",
        "文字既不是 UTF-8 也不是 GB18030 编码，第一个错误字节在 {position}",
        "请另存为 CSV（UTF-8）",
    ),
    "encoding_broken": Message(
        "the text is UTF-8 but broken at byte {position}",
        "save it again from where it comes; characters were cut in the middle",
        "文字是 UTF-8 编码，但在第 {position} 字节处损坏",
        "请从来源重新导出，有字符被截断",
    ),
    "csv_broken": Message(
        "the CSV cannot be read from here on: {reason}",
        "close every quotation mark; inside a quoted cell write a quotation mark twice",
        "从此处起 CSV 无法读取：{reason}",
        "请补全引号；引号内的引号要写两遍",
    ),
    "workbook_broken": Message(
        "the workbook is damaged: {reason}",
        "open it in a spreadsheet program and save it again as XLSX",
        "工作簿已损坏：{reason}",
        "请用表格软件打开后重新另存为 XLSX",
    ),
    "workbook_too_large": Message(
        "the workbook unpacks to more than {limit} MiB",
        "split it, or save it as CSV",
        "工作簿解压后超过 {limit} MiB",
        "请拆分，或另存为 CSV",
    ),
    # The header row.
    "header_unknown": Message(
        "no column of this table is in the first row",
        "the first row carries the titles of the template: {known}",
        "首行没有该表的任何列名",
        "首行应为模板的列名：{known}",
    ),
    "column_unknown": Message(
        "the table has no column {value}",
        "remove it, or use one of: {known}",
        "该表没有“{value}”列",
        "请删除该列，或改用：{known}",
    ),
    "column_twice": Message("the column {value} comes twice", "keep one of them", "“{value}”列重复", "请只保留一列"),
    "column_missing": Message(
        "the column {column} is missing",
        "add it; the template has it",
        "缺少“{column}”列",
        "请补上该列，模板中有",
    ),
    "unit_of_column_unknown": Message(
        "the unit in {value} is not the unit of this column",
        "give the values in {unit}",
        "“{value}”列的计量单位不对",
        "请按 {unit} 填写",
    ),
    "title_missing": Message(
        "a column with values has no title",
        "give it a title or remove it",
        "有内容的列没有列名",
        "请补上列名或删除该列",
    ),
    # A row.
    "cells_too_many": Message(
        "the row has {found} cells, the header {expected}",
        "remove what is too much; a comma inside a value wants quotation marks around it",
        "该行有 {found} 格，表头有 {expected} 格",
        "请删除多余的格；值中含分隔符时要加引号",
    ),
    "cells_too_few": Message(
        "the row has {found} cells, the header {expected}",
        "give every cell, empty ones too",
        "该行有 {found} 格，表头有 {expected} 格",
        "请补全各格，空值也要占位",
    ),
    # A cell.
    "value_missing": Message("the value is missing", "fill it in", "必填项为空", "请填写"),
    "value_too_long": Message(
        "the value has more than {limit} characters", "shorten it", "超过 {limit} 个字符", "请缩短"
    ),
    "value_has_control_character": Message(
        "the value holds a line break or a control character",
        "remove it; is a quotation mark left open?",
        "值中有换行或控制字符",
        "请删除；是否有引号没有闭合？",
    ),
    "value_was_damaged": Message(
        "the value holds a character that stands for a lost one",
        "export it again with the right encoding",
        "值中有表示乱码的字符",
        "请用正确的编码重新导出",
    ),
    "code_has_blank": Message("a code holds no blanks", "remove the blank", "编码中不能有空格", "请删除空格"),
    "formula": Message(
        "the cell holds a formula",
        "paste it as a value",
        "单元格是公式",
        "请粘贴为数值",
    ),
    "spreadsheet_error": Message(
        "the cell holds an error of the spreadsheet", "correct it", "单元格是错误值", "请更正"
    ),
    "digits_lost": Message(
        "the spreadsheet kept only 15 digits of this number",
        "format the column as text and type the number again",
        "表格软件只保留了该号码的 15 位数字",
        "请把该列设为文本格式后重新填写",
    ),
    "not_a_number": Message("this is no number", "write digits and a point", "不是数字", "请只写数字和小数点"),
    "number_has_thousands_marks": Message(
        "the number has thousands marks", "write it without them", "数字中有千分位分隔符", "请去掉分隔符"
    ),
    "number_has_unit": Message(
        "a unit stands behind the number",
        "write the number alone, in {unit}",
        "数字后面带了单位",
        "请只写数字，单位为 {unit}",
    ),
    "number_is_scientific": Message(
        "the number is in scientific notation, digits may be lost",
        "format the column as number or text and type it again",
        "数字是科学计数法，可能已丢失位数",
        "请把该列设为数值或文本格式后重新填写",
    ),
    "number_too_fine": Message(
        "the number has more than {limit} decimals",
        "round it as your rules say",
        "小数超过 {limit} 位",
        "请按规定取舍后填写",
    ),
    "number_too_small": Message("the number is below {limit}", "check it", "数值小于 {limit}", "请核对"),
    "number_too_large": Message("the number is above {limit}", "check it", "数值大于 {limit}", "请核对"),
    "not_whole": Message("the number is not whole", "write a whole number", "不是整数", "请写整数"),
    "not_a_date": Message("this is no date", "write 2026-01-31", "不是日期", "请写成 2026-01-31"),
    "date_impossible": Message("there is no such day", "check day and month", "没有这一天", "请核对月和日"),
    "date_out_of_range": Message(
        "the year lies outside 1900 to 2199", "check the year", "年份不在 1900 到 2199 之间", "请核对年份"
    ),
    "date_ambiguous": Message(
        "day and month could be either",
        "write 2026-01-31",
        "分不清月和日",
        "请写成 2026-01-31",
    ),
    "not_a_moment": Message(
        "this is no date or time of day",
        "write 2026-02-01 or 2026-02-01 00:00",
        "不是日期时间",
        "请写成 2026-02-01 或 2026-02-01 00:00",
    ),
    "not_a_choice": Message(
        "the value is none of those known", "use one of: {known}", "不在可选值之内", "可选：{known}"
    ),
    "choice_twice": Message("{what} comes twice in the cell", "keep one", "“{what}”在格内重复", "请只保留一个"),
    "not_a_flag": Message("this is neither yes nor no", "write 是 or 否", "既不是“是”也不是“否”", "请写“是”或“否”"),
    "not_a_ratio": Message(
        "this is no ratio of an instrument transformer", "write 150/5", "不是互感器变比", "请写成 150/5"
    ),
    # Against the file and the archive.
    "comes_twice": Message(
        "it comes twice in the file, first in row {first}",
        "keep one of the rows",
        "文件内重复，首次出现在第 {first} 行",
        "请只保留一行",
    ),
    "taken": Message(
        "it is in the archive already",
        "use another, or leave the row out",
        "档案中已有",
        "请更换，或删除该行",
    ),
    "not_found": Message(
        "no {what} of that code is within your units",
        "load it first, or correct the code",
        "您的单位范围内没有该{what_zh}",
        "请先导入，或更正编码",
    ),
    "customer_merged": Message(
        "the customer was merged into {found}",
        "name the customer that is kept",
        "该客户已合并到 {found}",
        "请填写保留的客户编号",
    ),
    "manager_may_not_work": Message(
        "the person does not look after customers of that unit on the day",
        "give the person the post first, or name another",
        "该人员当日不具有该单位的客户经理岗位",
        "请先授予岗位，或更换人员",
    ),
    "relation_wrong": Message(
        "the relation cannot stand: {reason}",
        "correct the row; a relation that stands is ended on the page of the customer",
        "该关系不成立：{reason_zh}",
        "请更正该行；已有关系请在客户页面终止",
    ),
    "unit_out_of_reach": Message(
        "the unit is not within your units",
        "have somebody load it whose post covers the unit",
        "该单位不在您的权限范围内",
        "请由负责该单位的人员导入",
    ),
    "depends_on_a_bad_row": Message(
        "row {first}, which it depends on, cannot be stored",
        "correct that row",
        "所依赖的第 {first} 行无法入库",
        "请更正那一行",
    ),
    "parents_go_in_a_circle": Message(
        "its parents go in a circle", "let one of them stand below none", "上级关系成环", "请理清上下级"
    ),
    "utility_exists": Message(
        "there is a company at the top already",
        "let the unit stand below it",
        "已有顶级公司",
        "请把该单位放在其下",
    ),
    "parent_needed": Message(
        "only the company itself stands below none",
        "name the unit above it",
        "只有公司本身没有上级",
        "请填写上级单位",
    ),
    "parent_not_wanted": Message("the company stands below none", "clear the cell", "公司没有上级", "请清空该格"),
    "posts_conflict": Message(
        "one person may not hold {first} and {second}",
        "give one of the posts to somebody else",
        "一人不能同时拥有 {first} 与 {second} 权限",
        "请把其中一个岗位分配给他人",
    ),
    "ends_before_it_begins": Message(
        "the end lies before the beginning {start}",
        "check both dates",
        "结束早于开始（{start}）",
        "请核对两个日期",
    ),
    "coordinates_come_together": Message(
        "longitude and latitude come together",
        "give both or neither",
        "经度和纬度应同时填写",
        "请同时填写或同时留空",
    ),
    "public_or_own": Message(
        "a transformer is either public in an area or an account's own",
        "give either the area or the account",
        "变压器要么属于台区，要么属于户号",
        "台区和户号请只填一项",
    ),
    "area_on_another_feeder": Message(
        "the area hangs on feeder {what}",
        "correct area or feeder",
        "该台区挂在线路 {what} 上",
        "请更正台区或线路",
    ),
    "hangs_on_nothing": Message(
        "the usage point hangs on no area and no feeder",
        "give one of them",
        "计量点没有台区也没有线路",
        "请至少填写一项",
    ),
    "on_a_route_already": Message(
        "the point stands on route {what} already",
        "clear the cell",
        "该计量点已在抄表段 {what}",
        "请清空该格",
    ),
    "cycle_facts_differ": Message(
        "the cycle is known with another {what}",
        "give a cycle the same facts everywhere",
        "同一抄表周期的{what_zh}不一致",
        "同一周期的资料应处处一致",
    ),
    "comes_only_with": Message(
        "it means nothing without {what}",
        "give {what} too, or clear the cell",
        "没有“{what}”时此项无意义",
        "请同时填写或清空",
    ),
    "comes_with": Message("it is needed with {what}", "fill it in", "填写了“{what}”时此项必填", "请填写"),
    "multiplier_mismatch": Message(
        "the multiplier is not CT × PT = {expected}",
        "correct the multiplier or the ratios",
        "综合倍率与 CT×PT = {expected} 不符",
        "请更正倍率或变比",
    ),
    "multiplier_inexact": Message(
        "CT × PT has no exact multiplier in six decimals",
        "check the ratios",
        "CT×PT 无法用六位小数准确表示",
        "请核对变比",
    ),
    "meter_facts_differ": Message(
        "the meter is known with another {what}",
        "give a meter the same facts everywhere",
        "同一电能表的{what_zh}不一致",
        "同一电能表的资料应处处一致",
    ),
    "meter_hangs_elsewhere": Message(
        "the meter hangs elsewhere since {since}",
        "remove it there first, or correct the dates",
        "该电能表自 {since} 起装在别处",
        "请先在原处拆表，或更正日期",
    ),
    "point_has_a_meter": Message(
        "the usage point has a meter since {since}",
        "remove that one first, or correct the dates",
        "该计量点自 {since} 起已有电能表",
        "请先拆下原表，或更正日期",
    ),
    "register_not_read": Message(
        "the register {what} of the meter was not read",
        "give what it showed on that day",
        "电能表的{what_zh}示数未填",
        "请填写当日示数",
    ),
    "register_not_on_meter": Message(
        "the meter has no register {what}; it has {known}",
        "clear the cell, or correct the meter",
        "该电能表没有{what_zh}示数，只有：{known_zh}",
        "请清空该格，或更正电能表资料",
    ),
    "register_overflows": Message(
        "the register has {limit} digits before the point",
        "check the reading",
        "示数超过整数 {limit} 位",
        "请核对示数",
    ),
    "register_goes_back": Message(
        "the register goes back: it showed {limit} before",
        "check the reading; if the register passed its last digit, mark the row as rolled over",
        "示数倒走：此前为 {limit}",
        "请核对示数；如电能表走满翻转，请把“翻转”填“是”",
    ),
    "register_above_a_later_one": Message(
        "a later reading shows only {limit}",
        "check the reading; if the register passed its last digit since, the later reading must be marked",
        "之后的示数只有 {limit}",
        "请核对示数；如其后走满翻转，应在后一次示数上标记",
    ),
    "rollover_not_seen": Message(
        "the row is marked as rolled over but no register went back",
        "take the mark away, or check the reading",
        "标记了翻转，但没有任何示数变小",
        "请去掉翻转标记，或核对示数",
    ),
    "before_installation": Message(
        "the meter was put up only on {limit}",
        "check meter and date",
        "该电能表 {limit} 才装上",
        "请核对表号和日期",
    ),
    "after_removal": Message(
        "the meter was taken down on {limit}",
        "check meter and date",
        "该电能表已于 {limit} 拆下",
        "请核对表号和日期",
    ),
    "no_meter_then": Message(
        "no meter stands there on that day",
        "load the meter first, or check the date",
        "该日该处没有电能表",
        "请先导入电能表，或核对日期",
    ),
    "identity_number_wrong": Message(
        "the identity number cannot be right: {reason}",
        "compare it with the document",
        "证件号码有误：{reason_zh}",
        "请与证件核对",
    ),
    "contact_wrong": Message(
        "the contact cannot be stored: {reason}", "correct it", "联系人信息有误：{reason_zh}", "请更正"
    ),
    "division_code_wrong": Message(
        "an area code has six digits and does not begin with 0",
        "take it from GB/T 2260",
        "行政区划代码应为六位数字",
        "请按 GB/T 2260 填写",
    ),
    "trade_code_wrong": Message(
        "this is no division, group or class of trades",
        "write two to four digits of GB/T 4754, with or without the letter of the section",
        "不是行业大类、中类或小类代码",
        "请按 GB/T 4754 填写二至四位数字，门类字母可有可无",
    ),
    "trade_growth_differs": Message(
        "another growth or source of that trade and year is stored",
        "undo the batch that brought it, then load this one",
        "该行业该年已有不同的增长率或来源",
        "请先撤销原批次，再导入本文件",
    ),
    "year_not_over": Message(
        "the year is not over yet", "load it when it has ended", "该年尚未结束", "请在该年结束后再导入"
    ),
    "whole_utility_only": Message(
        "these rows count for every customer, and your right does not reach the whole utility",
        "let somebody of the head office load them",
        "这些数据用于全公司客户，您的权限不覆盖全公司",
        "请由公司本部人员导入",
    ),
    "in_the_future": Message("the moment has not come yet", "check the date", "时间在将来", "请核对日期"),
    "nothing_read": Message("no register is filled in", "give at least one", "没有填写任何示数", "请至少填写一项"),
    "reading_differs": Message(
        "another reading of that moment is stored",
        "a stored reading is corrected, never loaded over",
        "该时刻已有不同的示数",
        "已入库的示数只能走更正，不能重新导入覆盖",
    ),
    "meter_and_point_differ": Message(
        "the meter did not hang at that usage point on that day",
        "give one of the two, or correct it",
        "该日该电能表不在该计量点",
        "请只填一项，或更正",
    ),
}
